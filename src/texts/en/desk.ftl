### Pages for clerks at the counter.
