/*
 * One HTTP answer as a value: status, header block, body. Owns its buffers;
 * cln_response_free may be called at any time and twice. Never blocks.
 */
#ifndef CLN_RESPONSE_H
#define CLN_RESPONSE_H

#include "buffer.h"
#include "url.h"

struct cln_response {
  int http_status;           /* 0 while there is no answer */
  struct cln_buffer headers; /* raw "Name: value\r\n" lines, no status line */
  struct cln_buffer body;    /* decoded (gzip, br); hard maximum at init */
  size_t type_line;          /* bytes of headers up to the end of the
                                Content-Type line; 0: there is none */
};

void cln_response_init(struct cln_response *response, size_t max_body_bytes);
void cln_response_free(struct cln_response *response);

/* Forgets the answer, keeps the memory. */
void cln_response_reset(struct cln_response *response);

/*
 * One line as it came from the wire, line end included. A status line
 * begins a new header block (an interim 1xx is forgotten when the next one
 * comes).
 */
enum cln_status cln_response_header_line(struct cln_response *response,
                                         const char *line, size_t len);

/* The first value of a header, white space cut; text NULL when absent.
   name is compared without regard to case. */
struct cln_span cln_response_header(const struct cln_response *response,
                                    const char *name);

/* Content-Type is application/json or ends in +json. */
bool cln_response_is_json(const struct cln_response *response);

#endif
