/** Rate limiter: tokens flow in at a rate up to a capacity; each permitted act takes one. Does not drift. */
#ifndef STROBE_TOKEN_BUCKET_H
#define STROBE_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/** Not thread-safe: callers hold the GIL or their own lock. */
struct strobe_token_bucket {
    double rate_per_s;
    double capacity;
    double tokens;
    int64_t updated_ns; /* CLOCK_MONOTONIC */
};

/** Start full. `capacity` is at least 1. `now_ns` is CLOCK_MONOTONIC. */
void strobe_token_bucket_init(struct strobe_token_bucket *bucket, double rate_per_s, double capacity, int64_t now_ns);

/** Take one token. @return whether there was one */
bool strobe_token_bucket_take(struct strobe_token_bucket *bucket, int64_t now_ns);

/** Another rate and capacity (at least 1) from now on; tokens that are over it are lost. */
void strobe_token_bucket_adjust(struct strobe_token_bucket *bucket, double rate_per_s, double capacity);

/** Put a token back that was taken for an act that did not happen. */
void strobe_token_bucket_give_back(struct strobe_token_bucket *bucket);

#endif
