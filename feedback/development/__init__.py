"""What serves development and measuring: the simulator, the load test, the bench of feedback, the demo."""
