/*
 * clinone.file: a file that stands for its bytes in a body. A userdata, so
 * that a script cannot change it and the JSON printer refuses it. It only
 * names the file; opening it is the request's business.
 */
#ifndef LCLN_FILE_BOX_H
#define LCLN_FILE_BOX_H

#include "lbind.h"

struct lcln_file {
  const char *path; /* NUL-terminated; all three stand behind the struct */
  const char *type; /* media type, no control character; NULL: not said */
  const char *name; /* what the receiver is told it is called */
  size_t name_len;  /* bytes */
};

/* The file at index; NULL: another value. */
const struct lcln_file *lcln_to_file(lua_State *L, int index);

int Lcln_file(lua_State *L);

#endif
