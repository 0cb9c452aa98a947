/*
 * See lbuilder.h: the header lines that a session sends with every call.
 */
#include <string.h>

#include "lbuilder.h"
#include "multipart.h"

/* A session's line, unless the call has one of that name. */
static enum cln_status add_missing_lines(struct cln_request *request,
                                         const struct lcln_session *session)
{
  const char *line = session->headers.data;
  enum cln_status status = CLN_OK;
  size_t i;

  for (i = 0; i < session->header_count && status == CLN_OK; i++) {
    size_t len = strlen(line) + 1;
    char name[CLN_HEADER_NAME_MAX + 1];
    size_t name_len = strcspn(line, ":;");
    memcpy(name, line, name_len);
    name[name_len] = '\0';
    if (!cln_request_has_header(request, name))
      status = cln_request_lines(request, line, len, 1);
    line += len;
  }
  return status;
}

/* The type of a body that is not simply JSON; before the session's lines, as
   it knows more than they do. */
static bool add_own_type(struct lcln_builder *builder)
{
  static const char *const types[] = {
      "application/json", "application/x-www-form-urlencoded", NULL,
      "application/octet-stream", "text/plain"};
  const struct lcln_operation *operation = builder->operation;
  struct cln_request *request = builder->request;
  bool given = cln_request_has_header(request, "content-type");
  const char *type = types[operation->content];

  if (operation->content == LCLN_CONTENT_MULTIPART && given)
    return lcln_refuse(builder, "header", 0,
                       "leave out the header Content-Type: of a multipart "
                       "body clinone writes it, as it names the boundary");
  if (operation->content == LCLN_CONTENT_MULTIPART)
    return lcln_check_status(builder, cln_multipart_type(request), "header",
                             0);
  if (given)
    return true;
  if (builder->file && builder->file->type)
    type = builder->file->type;
  else if (operation->content_type)
    type = operation->content_type;
  else if (builder->file)
    type = "application/octet-stream";
  return lcln_check_status(builder,
                           cln_request_header(request, "Content-Type", 12,
                                              type, strlen(type),
                                              &builder->refusal->error),
                           "header", 0);
}

/* libcurl does not notice that a packed answer ends too early (no trailer of
   gzip's). In memory the JSON parser does; what is saved is asked for as it
   is, where the length tells. */
static bool ask_unpacked(struct lcln_builder *builder)
{
  static const char line[] = "Accept-Encoding: identity";
  struct cln_request *request = builder->request;

  return cln_request_has_header(request, "accept-encoding") ||
         lcln_check_status(builder,
                           cln_request_lines(request, line, sizeof(line), 1),
                           "header", 0);
}

bool lcln_add_default_headers(struct lcln_builder *builder)
{
  static const char json[] = "Content-Type: application/json";
  struct cln_request *request = builder->request;
  const struct lcln_session *session = builder->session;
  const struct lcln_operation *operation = builder->operation;
  bool typed = session->sets_content_type;
  enum cln_status status;

  if (request->has_body &&
      (operation->content != LCLN_CONTENT_JSON || operation->content_type ||
       builder->file) &&
      !add_own_type(builder))
    return false;
  if (builder->saves && !ask_unpacked(builder))
    return false;
  if (request->header_count == 0) {
    status = cln_request_lines(request, session->headers.data,
                               session->headers.len, session->header_count);
  } else {
    typed = typed || cln_request_has_header(request, "content-type");
    status = add_missing_lines(request, session);
  }
  if (status == CLN_OK && request->has_body && !typed)
    status = cln_request_lines(request, json, sizeof(json), 1);
  return lcln_check_status(builder, status, "header", 0);
}
