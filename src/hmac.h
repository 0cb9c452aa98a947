/*
 * Request signing with a shared secret (HMAC-SHA-256). ClinOne has not
 * published its canonical string, so that it is a template; the defaults are
 * one recipe of ours. Owns copies of its options (wiped on free); never
 * blocks.
 *
 * Placeholders of both templates: {key} {method} {url} {host} {path} {query}
 * {timestamp} {nonce} {body} {body_sha256} (hex of the body's digest, of the
 * empty text when there is none); in the header format also {signature}.
 */
#ifndef CLN_HMAC_H
#define CLN_HMAC_H

#include "request.h"

#define CLN_HMAC_DEFAULT_HEADER "Authorization"
#define CLN_HMAC_DEFAULT_FORMAT "hmac {key}:{signature}:{nonce}:{timestamp}"
#define CLN_HMAC_DEFAULT_CANONICAL                                            \
  "{method}\n{path}\n{query}\n{timestamp}\n{nonce}\n{body_sha256}"

struct cln_hmac {
  struct cln_buffer key;       /* the client key: public */
  struct cln_buffer secret;    /* the shared secret */
  struct cln_buffer header;    /* name of the header that is sent */
  struct cln_buffer format;    /* template of its value */
  struct cln_buffer canonical; /* template of the text that is signed */
  bool hex;                    /* signature in hexadecimal, else Base64 */
  bool iso_time; /* {timestamp} as 2026-01-31T12:00:00Z, else Unix seconds */
};

void cln_hmac_init(struct cln_hmac *hmac);
void cln_hmac_free(struct cln_hmac *hmac);

/* CLN_CONFIG when a template names an unknown placeholder, the format lacks
   {signature}, or the header's name is none. */
enum cln_status cln_hmac_check(const struct cln_hmac *hmac,
                               struct cln_error *error);

/*
 * Writes "Name: value", NUL-terminated, over `line`. now_s: Unix seconds.
 * The request must be finished (its URL NUL-terminated). CLN_VALIDATION: a
 * file in its body cannot be read, or {body} was to be signed with it.
 */
enum cln_status cln_hmac_sign(const struct cln_hmac *hmac,
                              const struct cln_request *request,
                              long long now_s, const char *nonce,
                              struct cln_buffer *line,
                              struct cln_error *error);

#endif
