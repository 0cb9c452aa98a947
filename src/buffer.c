/*
 * A growing byte buffer with a hard maximum: the parts that allocate.
 * The buffer owns its block until cln_buffer_free or a failed append; sizes
 * are bytes. Never blocks.
 */
#include "buffer.h"

#include <stdlib.h>

#define FIRST_BYTES 64

void cln_buffer_init(struct cln_buffer *buffer, size_t max_bytes)
{
  buffer->data = NULL;
  buffer->len = 0;
  buffer->cap = 0;
  buffer->max_bytes = max_bytes;
  buffer->secret = false;
}

void cln_buffer_init_secret(struct cln_buffer *buffer, size_t max_bytes)
{
  cln_buffer_init(buffer, max_bytes);
  buffer->secret = true;
}

/* Up to cap, not len: a caller may have cut the buffer back. */
static void wipe_if_secret(struct cln_buffer *buffer)
{
  if (buffer->secret)
    cln_wipe(buffer->data, buffer->cap);
}

void cln_buffer_free(struct cln_buffer *buffer)
{
  if (buffer == NULL)
    return;
  wipe_if_secret(buffer);
  free(buffer->data);
  buffer->data = NULL;
  buffer->len = 0;
  buffer->cap = 0;
}

void cln_buffer_reset(struct cln_buffer *buffer)
{
  wipe_if_secret(buffer);
  buffer->len = 0;
}

static size_t next_cap(const struct cln_buffer *buffer, size_t needed)
{
  size_t cap = buffer->cap < FIRST_BYTES ? FIRST_BYTES : buffer->cap;

  while (cap < needed && cap <= buffer->max_bytes / 2)
    cap *= 2;
  if (cap < needed || cap > buffer->max_bytes)
    cap = buffer->max_bytes;
  return cap;
}

enum cln_status cln_buffer_reserve(struct cln_buffer *buffer, size_t more)
{
  char *data;
  size_t cap;

  if (more <= buffer->cap - buffer->len)
    return CLN_OK;
  if (more > buffer->max_bytes - buffer->len) {
    cln_buffer_free(buffer);
    return CLN_TOO_LARGE;
  }
  cap = next_cap(buffer, buffer->len + more);
  if (buffer->secret) { /* realloc would leave the old block unwiped */
    data = malloc(cap);
    if (data != NULL && buffer->data != NULL) {
      memcpy(data, buffer->data, buffer->len);
      cln_wipe(buffer->data, buffer->cap);
      free(buffer->data);
    }
  } else {
    data = realloc(buffer->data, cap);
  }
  if (data == NULL) {
    cln_buffer_free(buffer);
    return CLN_NOMEM;
  }
  buffer->data = data;
  buffer->cap = cap;
  return CLN_OK;
}

enum cln_status cln_buffer_append_slow(struct cln_buffer *buffer,
                                       const void *data, size_t len)
{
  enum cln_status status;

  if (len == 0) /* data may be NULL then, which memcpy does not take */
    return CLN_OK;
  status = cln_buffer_reserve(buffer, len);
  if (status != CLN_OK)
    return status;
  memcpy(buffer->data + buffer->len, data, len);
  buffer->len += len;
  return CLN_OK;
}

enum cln_status cln_buffer_append_text(struct cln_buffer *buffer,
                                       const char *text)
{
  return cln_buffer_append(buffer, text, strlen(text));
}
