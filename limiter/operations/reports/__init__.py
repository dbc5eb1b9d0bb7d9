"""What people and programs read: states, histories and dry runs, as tables and in stable schemas."""
