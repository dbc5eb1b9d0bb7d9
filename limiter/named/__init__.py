"""Limits and breakers by name, for any code: `limiter.limit`, `limiter.breaker`, views and middleware.

    limiter.limit("emails", key=user.pk).enforce()      # raises LimitExceeded
    limiter.limit("emails", key=user.pk).take()         # answers

    @limiter.limit("reports", key=lambda course: course.pk)
    async def report(course): ...

    with limiter.concurrency("reports", wait=10):       # raises ConcurrencyExceeded
        ...

    limiter.breaker("library").call(fetch, url)         # raises CircuitOpenError at once

They are named in the settings LIMITS, CONCURRENCY and BREAKERS, or by `limiter.configure`. docs/limits.md
describes them.
"""
