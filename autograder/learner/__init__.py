"""What runs in a learner's kernel and at their desk."""
