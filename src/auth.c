/* See auth.h. */
#include "auth.h"

static const char prefix[] = "Authorization: Bearer ";

#define MAX_AHEAD_MS (5LL * 60 * 1000)

void cln_token_store_init(struct cln_token_store *store)
{
  memset(store, 0, sizeof(*store));
  cln_buffer_init_secret(&store->line, CLN_TOKEN_MAX_BYTES);
}

void cln_token_store_free(struct cln_token_store *store)
{
  if (!store)
    return;
  cln_buffer_free(&store->line);
}

static enum cln_status check_token(const char *token, size_t len,
                                   struct cln_error *error)
{
  size_t i;

  if (len == 0)
    return cln_fail(error, CLN_AUTH, "the token is empty");
  if (len > CLN_TOKEN_MAX_BYTES - sizeof(prefix) - 1)
    return cln_fail(error, CLN_AUTH, "the token is longer than %d bytes",
                    CLN_TOKEN_MAX_BYTES);
  for (i = 0; i < len; i++)
    if (token[i] <= ' ' || token[i] > '~')
      return cln_fail(error, CLN_AUTH,
                      "the token holds a character that no bearer token has "
                      "(a line break at its end?)");
  return CLN_OK;
}

enum cln_status cln_token_store_set(struct cln_token_store *store,
                                    const char *token, size_t len,
                                    long long lifetime_ms, double jitter,
                                    long long now_ms, struct cln_error *error)
{
  enum cln_status status = check_token(token, len, error);

  if (status != CLN_OK)
    return status;
  cln_buffer_reset(&store->line);
  status = cln_buffer_append_text(&store->line, prefix);
  if (status == CLN_OK)
    status = cln_buffer_append(&store->line, token, len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(&store->line, '\0');
  if (status != CLN_OK)
    return cln_fail(error, status, "the token cannot be kept");

  store->generation++;
  store->forever = lifetime_ms < 0;
  if (!store->forever) {
    long long ahead_ms = lifetime_ms / 5;
    if (ahead_ms > MAX_AHEAD_MS)
      ahead_ms = MAX_AHEAD_MS;
    ahead_ms += (long long)((double)ahead_ms * jitter / 10.0);
    store->expires_at_ms = now_ms + lifetime_ms;
    store->refresh_at_ms = store->expires_at_ms - ahead_ms;
  }
  return CLN_OK;
}

void cln_token_store_drop(struct cln_token_store *store)
{
  cln_buffer_free(&store->line);
}

void cln_token_store_postpone(struct cln_token_store *store,
                              long long delay_ms, long long now_ms)
{
  store->refresh_at_ms = now_ms + delay_ms;
}

enum cln_token_state cln_token_store_state(const struct cln_token_store *store,
                                           long long now_ms)
{
  if (store->line.len == 0)
    return CLN_TOKEN_NONE;
  if (store->forever)
    return CLN_TOKEN_FRESH;
  if (now_ms >= store->expires_at_ms)
    return CLN_TOKEN_EXPIRED;
  return now_ms >= store->refresh_at_ms ? CLN_TOKEN_AGING : CLN_TOKEN_FRESH;
}
