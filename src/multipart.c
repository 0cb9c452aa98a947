/* See multipart.h. */
#include "multipart.h"

#include "encoding.h"
#include "random.h"

#define RANDOM_BYTES 16

static enum cln_status make_boundary(struct cln_request *request,
                                     struct cln_error *error)
{
  static const char stem[] = "clinone-";
  unsigned char bytes[RANDOM_BYTES];
  struct cln_buffer text;
  enum cln_status status = cln_random_bytes(bytes, sizeof(bytes), error);

  if (status != CLN_OK)
    return status;
  cln_buffer_init(&text, CLN_BOUNDARY_BYTES);
  status = cln_buffer_append_text(&text, stem);
  if (status == CLN_OK)
    status = cln_hex_encode(&text, bytes, sizeof(bytes));
  if (status == CLN_OK)
    status = cln_buffer_append_char(&text, '\0');
  if (status == CLN_OK)
    memcpy(request->boundary, text.data, text.len);
  cln_buffer_free(&text);
  return status;
}

static enum cln_status append_delimiter(struct cln_request *request)
{
  struct cln_buffer *body = &request->body;
  enum cln_status status =
      cln_buffer_append_text(body, request->has_body ? "\r\n--" : "--");

  request->has_body = true;
  if (status == CLN_OK)
    status = cln_buffer_append_text(body, request->boundary);
  return status;
}

/* A name in quotes. What would end it, or its line, is percent-encoded. */
static enum cln_status append_quoted(struct cln_buffer *body, const char *name,
                                     size_t len)
{
  static const char digits[] = "0123456789ABCDEF";
  enum cln_status status = cln_buffer_append_char(body, '"');
  size_t i;

  for (i = 0; i < len && status == CLN_OK; i++) {
    unsigned char byte = (unsigned char)name[i];
    if (byte >= 0x20 && byte != 0x7f && byte != '"') {
      status = cln_buffer_append_char(body, name[i]);
    } else {
      char code[3] = {'%', digits[byte >> 4], digits[byte & 15]};
      status = cln_buffer_append(body, code, sizeof(code));
    }
  }
  if (status == CLN_OK)
    status = cln_buffer_append_char(body, '"');
  return status;
}

static enum cln_status append_file_lines(struct cln_buffer *body,
                                         const struct cln_part *part)
{
  enum cln_status status = cln_buffer_append_text(body, "; filename=");

  if (status == CLN_OK)
    status = append_quoted(body, part->filename, part->filename_len);
  if (status == CLN_OK)
    status = cln_buffer_append_text(body, "\r\nContent-Type: ");
  if (status == CLN_OK)
    status = cln_buffer_append_text(
        body, part->type ? part->type : "application/octet-stream");
  return status;
}

enum cln_status cln_multipart_part(struct cln_request *request,
                                   const struct cln_part *part,
                                   struct cln_error *error)
{
  struct cln_buffer *body = &request->body;
  enum cln_status status = CLN_OK;

  if (request->boundary[0] == '\0')
    status = make_boundary(request, error);
  if (status == CLN_OK)
    status = append_delimiter(request);
  if (status == CLN_OK)
    status = cln_buffer_append_text(
        body, "\r\nContent-Disposition: form-data; name=");
  if (status == CLN_OK)
    status = append_quoted(body, part->name, part->name_len);
  if (status == CLN_OK && part->filename)
    status = append_file_lines(body, part);
  if (status == CLN_OK)
    status = cln_buffer_append_text(body, "\r\n\r\n");
  return status;
}

enum cln_status cln_multipart_end(struct cln_request *request)
{
  enum cln_status status = append_delimiter(request);

  if (status == CLN_OK)
    status = cln_buffer_append_text(&request->body, "--\r\n");
  return status;
}

enum cln_status cln_multipart_type(struct cln_request *request)
{
  static const char start[] = "Content-Type: multipart/form-data; boundary=";
  char line[sizeof(start) + CLN_BOUNDARY_BYTES];
  size_t len = strlen(request->boundary);

  memcpy(line, start, sizeof(start) - 1);
  memcpy(line + sizeof(start) - 1, request->boundary, len + 1);
  return cln_request_lines(request, line, sizeof(start) + len, 1);
}
