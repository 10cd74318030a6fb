#include "probes/fair_rate.h"

#define NS_PER_S 1000000000LL
#define WINDOW_NS NS_PER_S
#define SHARED_OUT 0.75 /* the rest pays back what is owed, or is for who comes first */

void strobe_fair_rate_init(struct strobe_fair_rate *rate, double rate_per_s, int64_t now_ns)
{
    *rate = (struct strobe_fair_rate){
        .rate_per_s = rate_per_s, .tokens = rate_per_s, .updated_ns = now_ns, .window_ns = now_ns, .window = 1};
}

static double flowed(double tokens, double capacity, double rate_per_s, int64_t since_ns, int64_t now_ns)
{
    if (now_ns > since_ns) {
        tokens += (double)(now_ns - since_ns) * 1e-9 * rate_per_s;
    }
    return tokens < capacity ? tokens : capacity;
}

static void count_rival(struct strobe_fair_rate *rate, struct strobe_fair_share *share, int64_t now_ns)
{
    int64_t age_ns = now_ns - rate->window_ns;
    if (age_ns >= WINDOW_NS) {
        rate->rivals_before = age_ns < 2 * WINDOW_NS ? rate->rivals : 0;
        rate->rivals = 0;
        rate->window_ns = now_ns;
        rate->window++;
    }
    if (share->window != rate->window) {
        share->window = rate->window;
        rate->rivals++;
    }
}

bool strobe_fair_rate_take(struct strobe_fair_rate *rate, struct strobe_fair_share *share, int64_t now_ns)
{
    bool is_new = share->window == 0;
    count_rival(rate, share, now_ns);
    unsigned rivals = rate->rivals > rate->rivals_before ? rate->rivals : rate->rivals_before;
    double own_rate = SHARED_OUT * rate->rate_per_s / rivals;
    double own_room = own_rate < 1.0 ? 1.0 : own_rate;
    rate->tokens = flowed(rate->tokens, rate->rate_per_s, rate->rate_per_s, rate->updated_ns, now_ns);
    share->tokens = is_new ? own_room : flowed(share->tokens, own_room, own_rate, share->updated_ns, now_ns);
    rate->updated_ns = now_ns > rate->updated_ns ? now_ns : rate->updated_ns;
    share->updated_ns = now_ns > share->updated_ns ? now_ns : share->updated_ns;
    bool within_share = share->tokens >= 1.0 && rate->tokens - 1.0 >= -rate->rate_per_s;
    if (rate->tokens < 1.0 && !within_share) {
        return false;
    }
    rate->tokens -= 1.0;
    share->tokens = share->tokens >= 1.0 ? share->tokens - 1.0 : 0.0;
    return true;
}
