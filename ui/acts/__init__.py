"""The rows of the action table, a file for each menu; `ui.actions.table` joins them."""
