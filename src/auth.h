/*
 * The token store: which bearer token to send, and when it is time for a new
 * one. It says what to send and never sends; it never trusts a token's
 * claims. Owns the token (wiped on free and on replacement). Times are
 * milliseconds of cln_now_ms. Never blocks.
 */
#ifndef CLN_AUTH_H
#define CLN_AUTH_H

#include "buffer.h"

#define CLN_TOKEN_MAX_BYTES (64 * 1024)

enum cln_token_state {
  CLN_TOKEN_NONE,   /* none was ever set, or it was dropped */
  CLN_TOKEN_FRESH,  /* good, and not yet due for a refresh */
  CLN_TOKEN_AGING,  /* good, but a refresh ahead of its end is due */
  CLN_TOKEN_EXPIRED /* its life is over */
};

struct cln_token_store {
  struct cln_buffer line;  /* "Authorization: Bearer ...", NUL-terminated */
  unsigned generation;     /* counts tokens set; 0 before the first */
  bool forever;            /* no expiry known: an opaque bearer */
  long long expires_at_ms; /* end of life; unset when forever */
  long long refresh_at_ms; /* from then on AGING */
};

void cln_token_store_init(struct cln_token_store *store);
void cln_token_store_free(struct cln_token_store *store);

/*
 * Takes a copy of a token. lifetime_ms < 0: no expiry known. The refresh is
 * due ahead of the end by min(5 minutes, 20 % of the life), made up to a
 * tenth earlier by jitter (in [0, 1)), so that many processes do not all ask
 * at once. CLN_AUTH when the token is empty, too long, or holds a byte that
 * no bearer token has (RFC 6750, section 2.1: printable ASCII, no space).
 */
enum cln_status cln_token_store_set(struct cln_token_store *store,
                                    const char *token, size_t len,
                                    long long lifetime_ms, double jitter,
                                    long long now_ms, struct cln_error *error);

/* Forgets the token; the generation stays. */
void cln_token_store_drop(struct cln_token_store *store);

/* A refresh failed while the token still lives: not due again for delay_ms. */
void cln_token_store_postpone(struct cln_token_store *store,
                              long long delay_ms, long long now_ms);

enum cln_token_state cln_token_store_state(const struct cln_token_store *store,
                                           long long now_ms);

#endif
