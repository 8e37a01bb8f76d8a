"""What is true: the business facts, the effects, the money, the records."""
