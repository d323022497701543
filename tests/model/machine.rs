//! The reference as a state machine for proptest.

use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::sample::select;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

use super::candidates::candidates;
use super::reference::ModelState;
use super::steps::{ModelStep, is_possible, take};

pub struct ReferenceModel;

impl ReferenceStateMachine for ReferenceModel {
    type State = ModelState;
    type Transition = ModelStep;

    fn init_state() -> BoxedStrategy<ModelState> {
        any::<bool>().prop_map(ModelState::new).boxed()
    }

    fn transitions(state: &ModelState) -> BoxedStrategy<ModelStep> {
        let groups = candidates(state).into_iter().filter(|(weight, steps)| *weight > 0 && !steps.is_empty());
        // A step shrinks by being left out, never into another one.
        Union::new_weighted(groups.map(|(weight, steps)| (weight, select(steps))).collect()).no_shrink().boxed()
    }

    fn preconditions(state: &ModelState, step: &ModelStep) -> bool {
        is_possible(state, step)
    }

    fn apply(mut state: ModelState, step: &ModelStep) -> ModelState {
        state.expected = take(&mut state, step);
        state.let_time_pass();
        state
    }
}
