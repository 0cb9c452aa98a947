/*
 * One Lua value as text for a path, query or header, and its type against the
 * catalog's. Stateless.
 */
#ifndef LCLN_VALUE_H
#define LCLN_VALUE_H

#include <stdbool.h>

#include "lsession.h"

/* An identifier as text: a string, or the digits of an integer, which replace
   the number at index. In 5.1 any whole number counts as an integer, as it
   cannot be told apart. NULL: neither. */
const char *lcln_identifier_text(lua_State *L, int index, size_t *len);

/* A scalar as it stands in a path (identifiers only), query or header;
   replaces the value at index by a string. NULL, or what is wrong with it. */
const char *lcln_scalar_text(lua_State *L, int index, bool in_path);

/* No control character, and valid UTF-8: what may stand in a URL. */
bool lcln_is_plain_text(const char *text, size_t len);

/* clinone.null fits every type. */
bool lcln_is_type(lua_State *L, int index, enum lcln_type type);

/* "an integer"; "" for LCLN_ANY. */
const char *lcln_type_phrase(enum lcln_type type);

#endif
