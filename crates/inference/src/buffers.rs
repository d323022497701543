//! Buffers for a network's values: two values share a buffer if no step needs both.

use super::network::{NetworkStep, TensorSlot};

/// Assigns a buffer to each value. No other value uses it from the step that computes the value to the last step that reads it.
pub(super) fn share_buffers(values: &mut [TensorSlot], steps: &[NetworkStep]) -> Vec<usize> {
    let mut last_use = vec![0; values.len()];
    for (at, step) in steps.iter().enumerate() {
        last_use[step.output] = at;
        last_use[step.input] = at;
        if let Some(second) = step.second {
            last_use[second] = at;
        }
    }
    let size = |value: &TensorSlot| value.height * value.width * value.stored;
    let mut buffers = vec![size(&values[0])];
    // The last step that needs each buffer.
    let mut taken = vec![last_use[0]];
    for (at, step) in steps.iter().enumerate() {
        let wanted = size(&values[step.output]);
        let free = (0..buffers.len()).filter(|buffer| taken[*buffer] < at);
        let buffer = free.min_by_key(|buffer| (buffers[*buffer] < wanted, buffers[*buffer])).unwrap_or(buffers.len());
        if buffer == buffers.len() {
            buffers.push(0);
            taken.push(0);
        }
        buffers[buffer] = buffers[buffer].max(wanted);
        taken[buffer] = last_use[step.output];
        values[step.output].buffer = buffer;
    }
    buffers
}
