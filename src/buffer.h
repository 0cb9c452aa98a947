/*
 * A growing byte buffer with a hard maximum.
 * Owns its memory; cln_buffer_free releases it and may be called at any time,
 * on NULL and twice. A failed append leaves the buffer freed and reusable.
 * A buffer marked secret wipes every block before it lets go of it (also on
 * growth). Never blocks.
 */
#ifndef CLN_BUFFER_H
#define CLN_BUFFER_H

#include <stdbool.h>
#include <string.h>

#include "clinone.h"

struct cln_buffer {
  char *data;       /* NULL while cap is 0; not NUL-terminated */
  size_t len;       /* bytes in use */
  size_t cap;       /* bytes allocated */
  size_t max_bytes; /* an append beyond this fails with CLN_TOO_LARGE */
  bool secret;      /* wipe before free */
};

void cln_buffer_init(struct cln_buffer *buffer, size_t max_bytes);
void cln_buffer_init_secret(struct cln_buffer *buffer, size_t max_bytes);
void cln_buffer_free(struct cln_buffer *buffer);

/* len = 0; keeps the memory (wiped first if secret). */
void cln_buffer_reset(struct cln_buffer *buffer);

/* Makes room for `more` bytes beyond len. CLN_TOO_LARGE or CLN_NOMEM. */
enum cln_status cln_buffer_reserve(struct cln_buffer *buffer, size_t more);

/* The way out of the inline functions below when there is no room. */
enum cln_status cln_buffer_append_slow(struct cln_buffer *buffer,
                                       const void *data, size_t len);

static inline enum cln_status cln_buffer_append(struct cln_buffer *buffer,
                                                const void *data, size_t len)
{
  if (len > buffer->cap - buffer->len || len == 0)
    return cln_buffer_append_slow(buffer, data, len);
  memcpy(buffer->data + buffer->len, data, len);
  buffer->len += len;
  return CLN_OK;
}

static inline enum cln_status cln_buffer_append_char(struct cln_buffer *buffer,
                                                     char byte)
{
  if (buffer->len == buffer->cap)
    return cln_buffer_append_slow(buffer, &byte, 1);
  buffer->data[buffer->len++] = byte;
  return CLN_OK;
}

/* text is NUL-terminated. */
enum cln_status cln_buffer_append_text(struct cln_buffer *buffer,
                                       const char *text);

#endif
