"""The limiter's settings and the providers', from the environment.

The limits named here only seed the first upstream of an empty database; after that the database rules.
"""

from __future__ import annotations

from config import bedrock, env

PROFILES = ("solo", "team", "campus", "enterprise")
PROFILE = env.choice("PROFILE", "team", PROFILES)

LIMITER_BACKEND = env.choice(
    "LIMITER_BACKEND", "memory" if PROFILE == "solo" else "redis", ("redis", "memory")
)
# Further models or regions of Bedrock, each an upstream of its own with a queue of the same name.
BEDROCK_UPSTREAMS = bedrock.upstreams(
    "BEDROCK_UPSTREAMS", taken=("bedrock", "compatible", "simulated", "offline")
)
# Any server with the chat-completions API: vLLM, Ollama, llama.cpp, LiteLLM, a campus's own.
COMPATIBLE_URL = env.url("COMPATIBLE_URL", ("http", "https"))  # with its /v1; empty: there is none
COMPATIBLE_MODEL = env.text("COMPATIBLE_MODEL", "")  # as the server knows it
COMPATIBLE_KEY_VARIABLE = env.text("COMPATIBLE_KEY_VARIABLE", "")  # names the variable that holds the key
_compatible = ("compatible",) if COMPATIBLE_URL else ()
LIMITER_QUEUES = {
    name: name for name in ("bedrock", *BEDROCK_UPSTREAMS, *_compatible, "simulated", "offline")
}
# Hosts, with * and ?, to which an operator may send texts beside AWS's own and those named here.
PROVIDER_ADDRESSES = env.words("PROVIDER_ADDRESSES")
LIMITER_COMPANION = "feedback.services.upstreams.endpoints"  # keeps the settings of an upstream's provider
# What a job in Redis may name: a right to write there is one to have these run, with arguments that are JSON.
LIMITER_ALLOWED_CALLABLES: tuple[str, ...] | None = (
    "feedback.pipeline.entry.perform",
    "feedback.pipeline.stages.warm.perform",
)
LIMITER_LEDGER = "feedback.dispatch.ledger.PostgresLedger"  # the rows that Redis is rebuilt from
LIMITER_TRAFFIC = "feedback.dispatch.traffic.PostgresTraffic"  # what dry runs replay
LIMITER_HOLD_WORDS = "feedback.operations.causes.in_words"  # what the codes of a hold mean
LIMITER_WORKER_SLOTS = env.integer("LIMITER_WORKER_SLOTS", 32, minimum=1)
LIMITER_SEED = {  # what is not set takes the profile's default, in limiter/configuration/seed.py
    "TOKEN_BUCKET_CAPACITY": env.optional_number("TOKEN_BUCKET_CAPACITY", minimum=1),  # requests
    "TOKEN_BUCKET_REFILL_RATE": env.optional_number("TOKEN_BUCKET_REFILL_RATE"),  # requests a second
    "CIRCUIT_BREAKER_FAILURE_THRESHOLD": env.optional_integer("CIRCUIT_BREAKER_FAILURE_THRESHOLD", minimum=1),
    "CIRCUIT_BREAKER_TIMEOUT": env.optional_number("CIRCUIT_BREAKER_TIMEOUT", minimum=1),  # seconds
    "MAX_IN_FLIGHT": env.optional_integer("MAX_IN_FLIGHT", minimum=1),
    "OFFLINE_IN_FLIGHT": env.optional_integer("OFFLINE_IN_FLIGHT", minimum=1),
    "LEASE_SECONDS": env.optional_number("LEASE_SECONDS", minimum=1),
    "ADAPTIVE_LAW": env.text("ADAPTIVE_LAW", "") or None,  # checked with the others: limiter.E007
    "ADAPTIVE_FLOOR": env.optional_number("ADAPTIVE_FLOOR"),  # shares of the refill rate
    "ADAPTIVE_CEILING": env.optional_number("ADAPTIVE_CEILING", minimum=1),
    "ADAPTIVE_RAISE_AFTER": env.optional_integer("ADAPTIVE_RAISE_AFTER", minimum=1),  # calls taken; aimd
}

# Jobs of one person that stand in an upstream's line at once; their others are held in Postgres.
FLOW_IN_LINE = env.integer("FLOW_IN_LINE", 50, minimum=1)

# How long a run that Redis has lost is left to its worker, in seconds: a lease and its renewal.
RECONCILE_PATIENCE = env.number("RECONCILE_PATIENCE", 45, minimum=1)

# What a person's own work goes through. Simulated answers are for the demo's samples alone.
FEEDBACK_UPSTREAM = env.choice("FEEDBACK_UPSTREAM", "offline", tuple(LIMITER_QUEUES))

BEDROCK_REGION = env.text("BEDROCK_REGION", "us-east-1")
# A name of the table of models, an id, a profile or an ARN. Empty: the release's default, by its profile
# for the region (docs/bedrock.md).
BEDROCK_MODEL_ID = env.text("BEDROCK_MODEL_ID", "")
LEARNT_REFUSAL_DAYS = env.integer("LEARNT_REFUSAL_DAYS", 30, minimum=1)  # then a model is asked once more
BEDROCK_ENDPOINT_URL = env.url("BEDROCK_ENDPOINT_URL", ("http", "https"))  # empty: AWS's own
BEDROCK_MAX_TOKENS = env.optional_integer("BEDROCK_MAX_TOKENS", minimum=256)  # empty: by kind of section
BEDROCK_DRIFT_WATCH = env.boolean("BEDROCK_DRIFT_WATCH", default=False)  # asks CloudWatch every 5 minutes
BEDROCK_CALL_SECONDS = env.number("BEDROCK_CALL_SECONDS", 180, minimum=1)  # then the call is cut
# Course and assignment as keys in each request's metadata, to divide the bill by; no names.
BEDROCK_REQUEST_METADATA = env.boolean("BEDROCK_REQUEST_METADATA", default=True)
# Have services compile the schema of answers before people wait for it: one short call a day for each
# upstream with a model that enforces a schema.
WARM_SCHEMAS = env.boolean("WARM_SCHEMAS", default=True)
SIMULATOR_URL = env.url("SIMULATOR_URL", ("http",), "http://127.0.0.1:8790")
