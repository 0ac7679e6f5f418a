"""The model card: what a case's model is, in the order of ODD, worked out from the case and its family."""
