/*
 * What the binding's files share: the upvalues that every function carries
 * (no registry strings, no globals), and the check of a userdata argument.
 */
#ifndef LCLN_BIND_H
#define LCLN_BIND_H

#include "clinone.h"
#include "compat.h"

/* Every C function of clinone.core has these upvalues, in this order. */
enum lcln_upvalue {
  LCLN_TRANSPORT = 1, /* metatables of the userdata types */
  LCLN_TIMER,
  LCLN_STORE,
  LCLN_SESSION,
  LCLN_OPERATION,
  LCLN_CALL,
  LCLN_SCAN,
  LCLN_BUFFER,
  LCLN_FILE,
  LCLN_DECODE,      /* decode of a private lua-cjson instance */
  LCLN_CJSON_FLAGS, /* integer: enum lcln_cjson */
  LCLN_ARRAY,       /* metatable that marks an array */
  LCLN_EMPTY_ARRAY, /* lua-cjson's empty_array, or false */
  LCLN_RESPONSE,    /* metatable of response tables */
  LCLN_UPVALUES = LCLN_RESPONSE
};

/* What the lua-cjson found here does; learnt by trying, once. */
enum lcln_cjson { LCLN_CJSON_FLOATS = 1 /* decodes integers as floats */ };

/* The userdata at index, of the type whose metatable is the given upvalue;
   raises an argument error otherwise. */
static inline void *lcln_check(lua_State *L, int index, enum lcln_upvalue type,
                               const char *name)
{
  void *data = lua_touserdata(L, index);

  if (data && lua_getmetatable(L, index)) {
    int same = lua_rawequal(L, -1, lua_upvalueindex((int)type));
    lua_pop(L, 1);
    if (same)
      return data;
  }
  luaL_argerror(L, index, name);
  return NULL;
}

/* A new zeroed userdata with its metatable set: the box comes first. */
void *lcln_new_box(lua_State *L, size_t size, enum lcln_upvalue type);

/* Raises "not enough memory" for CLN_NOMEM. */
void lcln_raise_nomem(lua_State *L, enum cln_status status);

/* nil, kind, message. For a constructor that the world made fail. */
int lcln_push_failure(lua_State *L, enum cln_status status,
                      const struct cln_error *error);

/* Options read from the table at index; defaults when the key is nil. */
double lcln_number_field(lua_State *L, int index, const char *key,
                         double otherwise);
int lcln_boolean_field(lua_State *L, int index, const char *key,
                       int otherwise);

/* NULL when nil. The string lives as long as the table holds it. */
const char *lcln_text_field(lua_State *L, int index, const char *key,
                            size_t *len);

/* What each file registers, in lcore.c: methods of a metatable, or functions
   of a table of the module. */
extern const luaL_Reg lcln_transport_methods[];
extern const luaL_Reg lcln_timer_methods[];
extern const luaL_Reg lcln_store_methods[];
extern const luaL_Reg lcln_session_methods[];
extern const luaL_Reg lcln_operation_methods[];
extern const luaL_Reg lcln_call_methods[];
extern const luaL_Reg lcln_scan_methods[];
extern const luaL_Reg lcln_buffer_methods[];
extern const luaL_Reg lcln_file_methods[];
extern const luaL_Reg lcln_json_functions[];
extern const luaL_Reg lcln_text_functions[];
extern const luaL_Reg lcln_system_functions[];

int Lcln_transport(lua_State *L);
int Lcln_store(lua_State *L);
int Lcln_session(lua_State *L);
int Lcln_operation(lua_State *L);

#endif
