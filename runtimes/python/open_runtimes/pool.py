"""Threads for what may block. One is started when there is work and none to do it, up to a limit."""

import threading
from collections import deque


class Pool:
    def __init__(self, most):
        self.most = most
        self.threads = 0
        self.waiting = []  # one lock for each thread without work
        self.jobs = deque()
        self.lock = threading.Lock()

    def submit(self, job):
        with self.lock:
            self.jobs.append(job)
            if self.waiting:
                self.waiting.pop().release()
            elif self.threads < self.most:
                self.threads += 1
                threading.Thread(target=self._begin, name=f"call-{self.threads}", daemon=True).start()

    def adopt(self, job):
        """Makes the calling thread one of the pool's, for good, and has it do a first job."""
        self.threads += 1
        job()
        self._begin()

    def _begin(self):
        wake = threading.Lock()
        wake.acquire()
        while True:
            with self.lock:
                job = self.jobs.popleft() if self.jobs else None
                if job is None:
                    self.waiting.append(wake)
            if job is None:
                wake.acquire()
            else:
                job()
                job = None  # or its request would be kept until the next one
