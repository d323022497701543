//! Asking a network of the model about one window.

use super::model::{Layer, Network};
use super::patches::{GradientSums, SIDE, VALUES};

/// What a network says of a window in which it sees a face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply {
    /// 0 to 1.
    pub(super) score: f32,
    /// By how much to move the window to the right, as part of its side; -1 to 1.
    pub(super) right: f32,
    /// The same downwards.
    pub(super) down: f32,
    /// By how much to widen it, as part of its side; -1 to 1.
    pub(super) wider: f32,
}

/// Memory for the networks, made once for a picture.
pub(super) struct Workspace {
    sums: GradientSums,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Workspace {
    pub(super) fn new() -> Self {
        Self { sums: GradientSums::new(), input: Vec::new(), output: Vec::new() }
    }

    /// `None` where the network sees no face.
    pub(super) fn ask(&mut self, network: &Network, window: &[u8; SIDE * SIDE]) -> Option<Reply> {
        self.sums.take(window);
        self.input.clear();
        let mut values = [0.0; VALUES];
        for patch in &network.patches {
            self.sums.describe(*patch, &mut values);
            self.input.extend(values);
        }
        let last = network.layers.len().checked_sub(1)?;
        for (index, layer) in network.layers.iter().enumerate() {
            let bend = if index == last { sigmoid } else { rectify };
            layer.compute(&self.input, &mut self.output, bend);
            std::mem::swap(&mut self.input, &mut self.output);
        }
        let [score, right, down, wider] = *self.input.first_chunk()?;
        let signed = |number: f32| number * 2.0 - 1.0;
        (score > network.threshold).then(|| Reply {
            score,
            right: signed(right),
            down: signed(down),
            wider: signed(wider),
        })
    }
}

impl Layer {
    fn compute(&self, input: &[f32], output: &mut Vec<f32>, bend: fn(f32) -> f32) {
        output.clear();
        let rows = self.weights.chunks_exact(self.inputs.max(1));
        output.extend(rows.zip(&self.biases).map(|(row, bias)| bend(product(row, input) + bias)));
    }
}

/// Eight sums side by side: added up in one row, the compiler may not use wide registers, as rounding depends on the order.
fn product(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (left, right) in left.chunks_exact(8).zip(right.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let tail = left.len() / 8 * 8;
    let rest: f32 = left[tail..].iter().zip(right.get(tail..).unwrap_or_default()).map(|(l, r)| l * r).sum();
    sums.iter().sum::<f32>() + rest
}

fn rectify(number: f32) -> f32 {
    number.max(0.0)
}

fn sigmoid(number: f32) -> f32 {
    1.0 / (1.0 + (-number).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_takes_in_what_does_not_fill_eight() {
        let numbers: Vec<f32> = (1..=20).map(|n| n as f32).collect();
        assert_eq!(product(&numbers, &numbers), 2870.0);
    }
}
