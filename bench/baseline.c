/*
 * The least that such a call can cost: libcurl on one kept handle and
 * lua-cjson, and nothing else. Sends the requests of call.lua, byte for byte
 * but for the order of the keys in the body.
 *
 *   baseline URL CA-FILE TOKEN-FILE strings|mixed CALLS [http1]
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
  char *data; /* kept from call to call */
  size_t len; /* bytes in it */
  size_t cap; /* bytes it can hold */
};

/* Where the values stand on the Lua stack. */
enum { ENCODE = 1, DECODE, RECORD };

static void die(const char *what, const char *why)
{
  fprintf(stderr, "baseline: %s: %s\n", what, why);
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
      die("answer", "out of memory");
  }
  memcpy(answer->data + answer->len, data, len);
  answer->len += len;
  return len;
}

static lua_State *open_lua(const char *name)
{
  lua_State *L = luaL_newstate();

  if (!L)
    die("lua", "out of memory");
  luaL_openlibs(L);
  if (luaL_loadstring(L, "local cjson = require 'cjson' "
                         "return cjson.encode, cjson.decode, "
                         "require('record')[...]") != LUA_OK)
    die("lua", lua_tostring(L, -1));
  lua_pushstring(L, name);
  if (lua_pcall(L, 1, 3, 0) != LUA_OK)
    die("lua", lua_tostring(L, -1));
  return L;
}

static CURL *open_curl(const char *url, const char *ca_file, int http1,
                       struct answer *answer)
{
  CURL *curl = curl_easy_init();

  if (!curl)
    die("curl", "out of memory");
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
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

/* Sets the header lines; returns where the request id stands in them. */
static char *set_headers(CURL *curl, const char *token_file)
{
  static const char name[] = "X-Request-Id: ";
  static const char bearer[] = "Authorization: Bearer ";
  char id[] = "X-Request-Id: 00000000-0000-4000-8000-000000000000";
  char line[4096];
  struct curl_slist *list = NULL;
  char *kept;
  FILE *file = fopen(token_file, "r");

  strcpy(line, bearer);
  if (!file || !fgets(line + strlen(bearer), sizeof(line) - 32, file))
    die(token_file, "cannot be read");
  fclose(file);
  line[strcspn(line, "\n")] = '\0';
  list = curl_slist_append(NULL, id);
  kept = list->data + strlen(name);
  list = curl_slist_append(list, "Accept: application/json");
  list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(list, line);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  return kept;
}

/* A fresh id of the same length, written over the last one. */
static void next_id(char *id)
{
  int at;

  for (at = 35; at > 0; at--) {
    if (id[at] == '-')
      continue;
    id[at] = id[at] == '9' ? 'a' : (char)(id[at] + 1);
    if (id[at] <= 'f')
      return;
    id[at] = '0';
  }
}

static void call(lua_State *L, CURL *curl, char *id, struct answer *answer)
{
  const char *body;
  size_t len;
  long http_status = 0;
  CURLcode code;

  lua_pushvalue(L, ENCODE);
  lua_pushvalue(L, RECORD);
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
    die("server", "the answer is not 200");
  lua_pushvalue(L, DECODE);
  lua_pushlstring(L, answer->data, answer->len);
  lua_call(L, 1, 1);
  lua_settop(L, RECORD);
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
  char url[256];
  lua_State *L;
  CURL *curl;
  char *id;
  double start = now();
  long count, i;

  if (argc < 6)
    die("usage", "URL CA-FILE TOKEN-FILE strings|mixed CALLS [http1]");
  count = atol(argv[5]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  snprintf(url, sizeof(url), "%s/%s/records", argv[1], argv[4]);
  curl = open_curl(url, argv[2], argc > 6, &answer);
  id = set_headers(curl, argv[3]);
  L = open_lua(argv[4]);
  for (i = 0; i < count; i++) {
    if (i == WARM_UP)
      start = now();
    call(L, curl, id, &answer);
  }
  printf("%.6f\n", now() - start);
  curl_easy_cleanup(curl);
  lua_close(L);
  return 0;
}
