"""The statements that actions need, one module per noun; queries has those that screens need."""
