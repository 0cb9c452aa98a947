/*
 * One HTTP request as a value: method, URL, header lines, body. Built piece
 * by piece in the order of the URL, then checked against the base URL before
 * anything may be sent. Owns its buffers (wiped on free: a token request
 * holds a secret) and the files in its body; cln_request_free may be called
 * on a half-built one. Never blocks.
 */
#ifndef CLN_REQUEST_H
#define CLN_REQUEST_H

#include "body.h"
#include "buffer.h"
#include "url.h"

#define CLN_METHOD_MAX      15
#define CLN_HEADER_NAME_MAX 128
#define CLN_BOUNDARY_BYTES  64

struct cln_request {
  char method[CLN_METHOD_MAX + 1]; /* upper case, NUL-terminated */
  struct cln_buffer url;           /* absolute, NUL-terminated when checked */
  struct cln_buffer headers;   /* "Name: value" lines, each ended by a NUL */
  struct cln_buffer body;      /* as sent, but for the files; see has_body */
  struct cln_body_files files; /* that stand in the body; none as a rule */
  char boundary[CLN_BOUNDARY_BYTES]; /* of a multipart body; "": none yet */
  size_t header_count;               /* lines in headers */
  bool has_query;                    /* a "?" has been written */
  bool has_body; /* false: no body and no Content-Length of one */
};

void cln_request_init(struct cln_request *request);
void cln_request_free(struct cln_request *request);

/* Forgets the request (wiping it), keeps the memory for the next one. */
void cln_request_reset(struct cln_request *request);

/* Sets the method (letters only, upper-cased) and begins the URL with base,
   which has no trailing "/", query or fragment. */
enum cln_status cln_request_begin(struct cln_request *request,
                                  const char *method, size_t method_len,
                                  const char *base, size_t base_len,
                                  struct cln_error *error);

/* key=value, both escaped. */
enum cln_status cln_request_query(struct cln_request *request, const char *key,
                                  size_t key_len, const char *value,
                                  size_t value_len);

/*
 * Adds a header line. The name must be an RFC 9110 token and none of those
 * that the transport writes itself (Host, Content-Length, Connection, ...);
 * the value must hold no control character. CLN_VALIDATION names the header,
 * never the value.
 */
enum cln_status cln_request_header(struct cln_request *request,
                                   const char *name, size_t name_len,
                                   const char *value, size_t value_len,
                                   struct cln_error *error);

/*
 * Adds `count` lines that are known to be good, each ended by a NUL: those of
 * a session, or our own.
 */
enum cln_status cln_request_lines(struct cln_request *request,
                                  const char *lines, size_t len, size_t count);

/* name is lower case. */
bool cln_request_has_header(const struct cln_request *request,
                            const char *name);

/* One field of an application/x-www-form-urlencoded body. */
enum cln_status cln_request_form(struct cln_request *request, const char *key,
                                 size_t key_len, const char *value,
                                 size_t value_len);

/* Length of the body, files included. */
static inline uint64_t cln_request_body_bytes(
    const struct cln_request *request)
{
  return request->files.bytes + request->body.len;
}

/*
 * The last step: reads the finished URL again and refuses it (CLN_VALIDATION)
 * unless scheme, host and port equal base's; NUL-terminates the URL.
 */
enum cln_status cln_request_check(struct cln_request *request,
                                  const struct cln_url *base,
                                  struct cln_error *error);

#endif
