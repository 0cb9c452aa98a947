/*
 * The least that such a call can cost: libcurl on one kept handle and
 * lua-cjson, nothing else. Sends byte for byte the requests of call.lua.
 *
 *   baseline URL CA TOKEN-FILE strings|mixed CALLS [http1]
 *
 * Prints the seconds that the calls took, the first WARM_UP not counted.
 */
#define _POSIX_C_SOURCE 200809L

#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_UP 100

struct answer {
  char *data; /* grows, kept from call to call */
  size_t len; /* bytes in it */
  size_t cap; /* bytes it can hold */
};

static void die(const char *what, const char *why)
{
  fprintf(stderr, "baseline: %s: %s\n", what, why ? why : "failed");
  exit(1);
}

static size_t on_body(char *data, size_t size, size_t count, void *userdata)
{
  struct answer *answer = userdata;
  size_t len = size * count;

  if (answer->len + len > answer->cap) {
    answer->cap = 2 * (answer->len + len);
    answer->data = realloc(answer->data, answer->cap);
    if (!answer->data)
      return 0;
  }
  memcpy(answer->data + answer->len, data, len);
  answer->len += len;
  return len;
}

static char *read_file(const char *path)
{
  static char text[4096];
  FILE *file = fopen(path, "r");
  size_t len;

  if (!file)
    die(path, "cannot be read");
  len = fread(text, 1, sizeof(text) - 1, file);
  fclose(file);
  text[len] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return text;
}

/* Leaves cjson's encode, its decode and the record on the stack: 1, 2, 3. */
static lua_State *open_lua(const char *name)
{
  lua_State *L = luaL_newstate();

  if (!L)
    die("lua", "out of memory");
  luaL_openlibs(L);
  lua_pushstring(L, name);
  lua_setglobal(L, "name");
  if (luaL_dostring(L, "local cjson = require 'cjson' "
                       "return cjson.encode, cjson.decode, "
                       "require('record')[name]") != LUA_OK)
    die("lua", lua_tostring(L, -1));
  return L;
}

static CURL *open_curl(const char *url, const char *ca, int http1,
                       struct answer *answer)
{
  CURL *curl = curl_easy_init();

  if (!curl)
    die("curl", "out of memory");
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                   http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 60000L);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
  return curl;
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
  list = curl_slist_append(list, line);
  if (!list)
    die("curl", "out of memory");
  return list;
}

/* A fresh id of the same length as clinone's, written over the last one. */
static void next_id(char *id)
{
  static const char digits[] = "0123456789abcdef";
  int at = 35;

  while (at >= 0) {
    const char *digit = id[at] == '-' ? NULL : strchr(digits, id[at]);
    if (digit && *digit != 'f') {
      id[at] = digit[1];
      return;
    }
    if (digit)
      id[at] = '0';
    at--;
  }
}

static void call(lua_State *L, CURL *curl, char *id, struct answer *answer)
{
  size_t len;
  const char *body;
  long http_status = 0;
  CURLcode code;

  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_call(L, 1, 1);
  body = lua_tolstring(L, -1, &len);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  next_id(id);
  answer->len = 0;
  code = curl_easy_perform(curl);
  if (code != CURLE_OK)
    die("curl", curl_easy_strerror(code));
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
  if (http_status != 200)
    die("server", "no 200");
  lua_pushvalue(L, 2);
  lua_pushlstring(L, answer->data, answer->len);
  lua_call(L, 1, 1);
  lua_settop(L, 3);
}

static double now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
  struct answer answer = {NULL, 0, 0};
  struct curl_slist *headers = NULL, *id;
  char line[4200], url[256];
  lua_State *L;
  CURL *curl;
  double start;
  long count;

  if (argc < 6)
    die("usage", "baseline URL CA TOKEN-FILE strings|mixed CALLS [http1]");
  count = atol(argv[5]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  snprintf(url, sizeof(url), "%s/%s/records", argv[1], argv[4]);
  curl = open_curl(url, argv[2], argc > 6, &answer);
  headers = append(headers, "Accept: application/json");
  headers = append(headers, "Content-Type: application/json");
  headers =
      append(headers, "X-Request-Id: 00000000-0000-4000-8000-000000000000");
  for (id = headers; id->next;)
    id = id->next;
  snprintf(line, sizeof(line), "Authorization: Bearer %s", read_file(argv[3]));
  headers = append(headers, line);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);

  L = open_lua(argv[4]);
  start = now();
  while (count-- > 0) {
    call(L, curl, id->data + strlen("X-Request-Id: "), &answer);
    if (count + WARM_UP == atol(argv[5]))
      start = now();
  }
  printf("%.6f\n", now() - start);
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  lua_close(L);
  free(answer.data);
  return 0;
}
