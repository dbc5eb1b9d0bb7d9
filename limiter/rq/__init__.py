"""RQ, gated: a queue with jobs that pass the gate, and a worker that holds many of them at once.

Chosen in django-rq's own settings:

    RQ = {"QUEUE_CLASS": "limiter.rq.queue.GatedQueue", "WORKER_CLASS": "limiter.rq.worker.ConcurrentWorker"}
"""
