"""What several rooms' tests share: real servers on loopback, planted secrets, and the watch over leaks."""
