"""Simulated time: one heap, links with latency, jitter, loss and bandwidth, and customers that follow a workload."""
