/* Keys that are known by how they look: of vendors, JSON web tokens, private keys. */
#include "snapshot/scan.h"

/* ---- Known by their first characters ---- */

/* Sorted by the first character, so that most places of a text are done after one look. */
static const struct {
    const char *prefix;
    size_t length_min; /* of what follows */
    const char *rule;
} tokens[] = {
    {"A3T", 17, "AWS key"},
    {"ABIA", 16, "AWS key"},
    {"ACCA", 16, "AWS key"},
    {"AGE-SECRET-KEY-1", 16, "age key"},
    {"AIza", 30, "Google key"},
    {"AKCp", 20, "Artifactory key"},
    {"AKIA", 16, "AWS key"},
    {"APKA", 16, "AWS key"},
    {"ASIA", 16, "AWS key"},
    {"ATATT3", 20, "Atlassian token"},
    {"ATBB", 24, "Bitbucket token"},
    {"ATCTT3", 20, "Bitbucket token"},
    {"CFPAT-", 30, "Contentful token"},
    {"EZAK", 40, "EasyPost key"},
    {"EZTK", 40, "EasyPost key"},
    {"FlyV1", 20, "Fly token"},
    {"GOCSPX-", 20, "Google key"},
    {"GR1348941", 16, "GitLab token"},
    {"HRKU-", 20, "Heroku key"},
    {"LTAI", 16, "Alibaba key"},
    {"NRAK-", 20, "New Relic key"},
    {"NRII-", 20, "New Relic key"},
    {"PMAK-", 20, "Postman key"},
    {"SG.", 16, "SendGrid key"},
    {"access-production-", 20, "Plaid token"},
    {"access-sandbox-", 20, "Plaid token"},
    {"ccipat_", 20, "CircleCI token"},
    {"cio", 32, "Cargo token"},
    {"dapi", 32, "Databricks token"},
    {"dckr_oat_", 20, "Docker token"},
    {"dckr_pat_", 20, "Docker token"},
    {"doo_v1_", 32, "DigitalOcean token"},
    {"dop_v1_", 32, "DigitalOcean token"},
    {"dor_v1_", 32, "DigitalOcean token"},
    {"dp.ct.", 30, "Doppler token"},
    {"dp.pt.", 30, "Doppler token"},
    {"dp.sa.", 30, "Doppler token"},
    {"dp.st.", 30, "Doppler token"},
    {"dt0c01.", 24, "Dynatrace token"},
    {"duffel_live_", 20, "Duffel token"},
    {"figd_", 20, "Figma token"},
    {"fio-u-", 30, "Frame.io token"},
    {"fo1_", 20, "Fly token"},
    {"gho_", 20, "GitHub token"},
    {"ghp_", 20, "GitHub token"},
    {"ghr_", 20, "GitHub token"},
    {"ghs_", 20, "GitHub token"},
    {"ghu_", 20, "GitHub token"},
    {"github_pat_", 20, "GitHub token"},
    {"glagent-", 16, "GitLab token"},
    {"glc_", 32, "Grafana key"},
    {"glcbt-", 16, "GitLab token"},
    {"gldt-", 16, "GitLab token"},
    {"glft-", 16, "GitLab token"},
    {"glimt-", 16, "GitLab token"},
    {"gloas-", 16, "GitLab token"},
    {"glpat-", 16, "GitLab token"},
    {"glptt-", 16, "GitLab token"},
    {"glrt-", 16, "GitLab token"},
    {"glsa_", 32, "Grafana key"},
    {"glsoat-", 16, "GitLab token"},
    {"gsk_", 32, "Groq key"},
    {"hf_", 30, "Hugging Face token"},
    {"hooks.slack.com/services/", 16, "Slack webhook"},
    {"hooks.slack.com/workflows/", 16, "Slack webhook"},
    {"hvb.", 20, "Vault token"},
    {"hvr.", 20, "Vault token"},
    {"hvs.", 20, "Vault token"},
    {"lin_api_", 20, "Linear key"},
    {"lin_oauth_", 20, "Linear key"},
    {"nfp_", 30, "Netlify token"},
    {"npm_", 30, "npm token"},
    {"ntn_", 30, "Notion token"},
    {"nvapi-", 30, "NVIDIA key"},
    {"oy2", 40, "NuGet key"},
    {"pk_prod_", 20, "API key"},
    {"pplx-", 30, "Perplexity key"},
    {"pscale_oauth_", 20, "PlanetScale token"},
    {"pscale_pw_", 20, "PlanetScale password"},
    {"pscale_tkn_", 20, "PlanetScale token"},
    {"pul-", 32, "Pulumi token"},
    {"pypi-", 32, "PyPI token"},
    {"r8_", 30, "Replicate token"},
    {"rdme_", 32, "ReadMe key"},
    {"rk_live_", 10, "Stripe key"},
    {"rk_test_", 10, "Stripe key"},
    {"rubygems_", 32, "RubyGems key"},
    {"rzp_live_", 10, "Razorpay key"},
    {"sb_secret_", 20, "Supabase key"},
    {"sbp_", 32, "Supabase key"},
    {"scw-", 20, "Scaleway key"},
    {"secret_", 40, "Notion token"},
    {"sgp_", 32, "Sourcegraph token"},
    {"shpat_", 20, "Shopify token"},
    {"shpca_", 20, "Shopify token"},
    {"shppa_", 20, "Shopify token"},
    {"shpss_", 20, "Shopify token"},
    {"sk-", 32, "API key"},
    {"sk-admin-", 16, "API key"},
    {"sk-ant-", 16, "API key"},
    {"sk-or-", 16, "API key"},
    {"sk-proj-", 16, "API key"},
    {"sk-svcacct-", 16, "API key"},
    {"sk_live_", 10, "Stripe key"},
    {"sk_test_", 10, "Stripe key"},
    {"sntrys_", 20, "Sentry token"},
    {"sntryu_", 20, "Sentry token"},
    {"sq0atp-", 20, "Square token"},
    {"sq0csp-", 20, "Square token"},
    {"sqa_", 32, "SonarQube token"},
    {"sqp_", 32, "SonarQube token"},
    {"squ_", 32, "SonarQube token"},
    {"tfp_", 30, "Typeform token"},
    {"tskey-", 16, "Tailscale key"},
    {"v1.0-", 24, "Cloudflare key"},
    {"v2.local.", 30, "PASETO"},
    {"v4.local.", 30, "PASETO"},
    {"v4.public.", 30, "PASETO"},
    {"whsec_", 16, "webhook secret"},
    {"xai-", 40, "xAI key"},
    {"xapp-", 10, "Slack token"},
    {"xoxa-", 10, "Slack token"},
    {"xoxb-", 10, "Slack token"},
    {"xoxc-", 10, "Slack token"},
    {"xoxd-", 10, "Slack token"},
    {"xoxe-", 10, "Slack token"},
    {"xoxe.xox", 10, "Slack token"},
    {"xoxo-", 10, "Slack token"},
    {"xoxp-", 10, "Slack token"},
    {"xoxr-", 10, "Slack token"},
    {"xoxs-", 10, "Slack token"},
    {"xwfp-", 10, "Slack token"},
    {"ya29.", 20, "Google token"},
};

enum { TOKENS = sizeof tokens / sizeof tokens[0] };

static bool belongs(char c)
{
    return strobe_scan_is_token(c) || c == '.' || c == '/' || c == '+' || c == '=' || c == '~';
}

/* Of the tokens beginning with `c`, the first; TOKENS when there is none. */
static size_t first_with(char c)
{
    size_t low = 0, high = TOKENS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tokens[middle].prefix[0] < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < TOKENS && tokens[low].prefix[0] == c ? low : TOKENS;
}

static const char *find_prefixed(const struct strobe_scan *scan, size_t i)
{
    for (size_t k = first_with(scan->text[i]); k < TOKENS && tokens[k].prefix[0] == scan->text[i]; k++) {
        if (strobe_scan_begins(scan, i, tokens[k].prefix)) {
            size_t start = i + strlen(tokens[k].prefix);
            size_t length = strobe_scan_run_of(scan, start, belongs, tokens[k].length_min);
            if (strobe_scan_long_enough(scan, start, length, tokens[k].length_min)) {
                return tokens[k].rule;
            }
        }
    }
    return NULL;
}

/* ---- Known by their form ---- */

static bool is_lower_hex(char c)
{
    return strobe_scan_is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool ends_word(const struct strobe_scan *scan, size_t i)
{
    return !strobe_scan_is_word(strobe_scan_at(scan, i));
}

/* SK and 32 digits (Twilio), key- and 32 digits (Mailgun), 32 digits and -us12 (Mailchimp). */
static const char *find_hexadecimal(const struct strobe_scan *scan, size_t i)
{
    enum { DIGITS = 32 };
    size_t start = strobe_scan_begins(scan, i, "SK") ? i + 2 : strobe_scan_begins(scan, i, "key-") ? i + 4 : i;
    size_t length = strobe_scan_run_of(scan, start, is_lower_hex, DIGITS);
    if (length < DIGITS) {
        return NULL;
    }
    if (start != i && ends_word(scan, start + DIGITS)) {
        return start == i + 2 ? "Twilio key" : "Mailgun key";
    }
    return strobe_scan_begins(scan, start + DIGITS, "-us") &&
                   strobe_scan_is_digit(strobe_scan_at(scan, start + DIGITS + 3))
               ? "Mailchimp key"
               : NULL;
}

/* Client secrets of Microsoft Entra: three characters, a digit, "Q~", 31 or more. `i` is at the Q. */
static const char *find_azure(const struct strobe_scan *scan, size_t i)
{
    enum { BEFORE = 4, AFTER = 31 };
    return i >= BEFORE && strobe_scan_begins(scan, i, "Q~") && strobe_scan_is_digit(scan->text[i - 1]) &&
                   strobe_scan_run_of(scan, i + 2, belongs, AFTER) == AFTER
               ? "Azure secret"
               : NULL;
}

/* A Telegram bot: eight to ten digits, ":AA", 33 characters. `i` is at the colon. */
static const char *find_telegram(const struct strobe_scan *scan, size_t i)
{
    enum { DIGITS = 8, AFTER = 33 };
    size_t digits = 0;
    while (digits < DIGITS && digits < i && strobe_scan_is_digit(scan->text[i - 1 - digits])) {
        digits++;
    }
    return digits == DIGITS && strobe_scan_begins(scan, i, ":AA") &&
                   strobe_scan_run_of(scan, i + 1, strobe_scan_is_token, AFTER) == AFTER
               ? "Telegram token"
               : NULL;
}

const char *strobe_scan_vendor_key(const struct strobe_scan *scan, size_t i)
{
    char c = scan->text[i];
    if (c == ':') {
        return find_telegram(scan, i);
    }
    if (c == 'Q') {
        const char *rule = find_azure(scan, i);
        if (rule != NULL) {
            return rule;
        }
    }
    if (i > 0 && (strobe_scan_is_digit(scan->text[i - 1]) || strobe_scan_is_letter(scan->text[i - 1]))) {
        return NULL;
    }
    const char *rule = find_prefixed(scan, i);
    return rule != NULL ? rule : find_hexadecimal(scan, i);
}

const char *strobe_scan_vendor_rule(size_t i)
{
    static const char *const by_form[] = {"Twilio key", "Mailgun key", "Mailchimp key", "Azure secret",
                                          "Telegram token"};
    if (i < TOKENS) {
        return tokens[i].rule;
    }
    return i - TOKENS < sizeof by_form / sizeof by_form[0] ? by_form[i - TOKENS] : NULL;
}

/* ---- JSON web tokens and private keys ---- */

/* Three parts of base64url with points between; the first begins like {" does. */
const char *strobe_scan_jwt(const struct strobe_scan *scan, size_t i)
{
    enum { HEADER_MIN = 10, PAYLOAD_MIN = 4 };
    if (!strobe_scan_begins(scan, i, "eyJ") || (i > 0 && strobe_scan_is_token(scan->text[i - 1]))) {
        return NULL;
    }
    size_t header =
        strobe_scan_run_of(scan, i, strobe_scan_is_token, SIZE_MAX); /* the runs of two tokens do not overlap */
    if (i + header == scan->size) {
        return scan->is_cut ? "JWT" : NULL;
    }
    if (header < HEADER_MIN || strobe_scan_at(scan, i + header) != '.') {
        return NULL;
    }
    size_t payload = i + header + 1;
    return strobe_scan_long_enough(scan, payload, strobe_scan_run_of(scan, payload, strobe_scan_is_token, PAYLOAD_MIN),
                                   PAYLOAD_MIN)
               ? "JWT"
               : NULL;
}

const char *strobe_scan_private_key(const struct strobe_scan *scan, size_t i)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ", base64[] = "LS0tLS1CRUdJTi";
    enum { TITLE_MAX = 48 };
    if (scan->text[i] == 'L') {
        return strobe_scan_begins(scan, i, base64) ? "private key" : NULL; /* or a certificate: who can tell */
    }
    if (scan->text[i] == 'P') {
        return strobe_scan_begins(scan, i, "PuTTY-User-Key-File-") ? "private key" : NULL;
    }
    if (!strobe_scan_begins(scan, i, begin) && !strobe_scan_begins(scan, i, end)) {
        return NULL;
    }
    size_t title = i + (strobe_scan_begins(scan, i, begin) ? sizeof begin : sizeof end) - 1;
    for (size_t k = title; k < title + TITLE_MAX; k++) {
        if (k >= scan->size) {
            return scan->is_cut ? "private key" : NULL;
        }
        if (strobe_scan_begins(scan, k, "PRIVATE KEY")) {
            return "private key";
        }
        if (scan->text[k] == '-') {
            return NULL;
        }
    }
    return NULL;
}
