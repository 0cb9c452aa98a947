/*
 * A multipart/form-data body (RFC 7578, as browsers write it), put together
 * in a request: a delimiter and header lines for each part, after which the
 * caller appends the part's content, or adds a file. The boundary is 128
 * random bits, so that no content can hold it. Owns nothing beyond the
 * request; may block for the random device only.
 */
#ifndef CLN_MULTIPART_H
#define CLN_MULTIPART_H

#include "request.h"

struct cln_part {
  const char *name;     /* of the form field */
  size_t name_len;      /* bytes */
  const char *filename; /* NULL: a plain field */
  size_t filename_len;  /* bytes */
  const char *type;     /* of a file, NUL-terminated, no control character;
                           NULL: application/octet-stream */
};

/* Begins a part; the first one begins the body. */
enum cln_status cln_multipart_part(struct cln_request *request,
                                   const struct cln_part *part,
                                   struct cln_error *error);

/* After the last part. */
enum cln_status cln_multipart_end(struct cln_request *request);

/* Adds the Content-Type line, which names the boundary. */
enum cln_status cln_multipart_type(struct cln_request *request);

#endif
