#include "base/token_bucket.h"

void strobe_token_bucket_init(struct strobe_token_bucket *bucket, double rate_per_s, double capacity, int64_t now_ns)
{
    bucket->rate_per_s = rate_per_s;
    bucket->capacity = capacity < 1.0 ? 1.0 : capacity;
    bucket->tokens = bucket->capacity;
    bucket->updated_ns = now_ns;
}

bool strobe_token_bucket_take(struct strobe_token_bucket *bucket, int64_t now_ns)
{
    if (now_ns > bucket->updated_ns) {
        bucket->tokens += (double)(now_ns - bucket->updated_ns) * 1e-9 * bucket->rate_per_s;
        if (bucket->tokens > bucket->capacity) {
            bucket->tokens = bucket->capacity;
        }
        bucket->updated_ns = now_ns;
    }
    if (bucket->tokens < 1.0) {
        return false;
    }
    bucket->tokens -= 1.0;
    return true;
}

void strobe_token_bucket_adjust(struct strobe_token_bucket *bucket, double rate_per_s, double capacity)
{
    bucket->rate_per_s = rate_per_s;
    bucket->capacity = capacity < 1.0 ? 1.0 : capacity;
    bucket->tokens = bucket->tokens < bucket->capacity ? bucket->tokens : bucket->capacity;
}

void strobe_token_bucket_give_back(struct strobe_token_bucket *bucket)
{
    if (bucket->tokens + 1.0 <= bucket->capacity) {
        bucket->tokens += 1.0;
    }
}
