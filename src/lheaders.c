/*
 * See lbuilder.h: the header lines that a session sends with every call.
 */
#include <string.h>

#include "lbuilder.h"

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

bool lcln_add_default_headers(struct lcln_builder *builder)
{
  static const char json[] = "Content-Type: application/json";
  static const char form[] = "Content-Type: application/x-www-form-urlencoded";
  struct cln_request *request = builder->request;
  const struct lcln_session *session = builder->session;
  bool as_form = builder->operation->form;
  bool typed = session->sets_content_type;
  enum cln_status status;

  if (request->header_count == 0) {
    status = cln_request_lines(request, session->headers.data,
                               session->headers.len, session->header_count);
  } else {
    typed = typed || cln_request_has_header(request, "content-type");
    status = add_missing_lines(request, session);
  }
  if (status == CLN_OK && request->has_body && !typed)
    status = cln_request_lines(request, as_form ? form : json,
                               as_form ? sizeof(form) : sizeof(json), 1);
  return lcln_check_status(builder, status, "header", 0);
}
