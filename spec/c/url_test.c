/* url.c and urltext.c: reading URLs. */
#include "../../src/url.h"
#include "test.h"

/* Writes what was read as "scheme|user?|host|port|path|query|fragment". */
static void describe(const struct cln_url *url, char *text, size_t size)
{
  snprintf(text, size, "%s|%s|%.*s|%d|%.*s|%s%.*s|%s%.*s",
           url->tls ? "https" : "http", url->has_userinfo ? "@" : "",
           (int)url->host.len, url->host.text, url->port, (int)url->path.len,
           url->path.text, url->query.text == NULL ? "-" : "",
           (int)url->query.len, url->query.text == NULL ? "" : url->query.text,
           url->fragment.text == NULL ? "-" : "", (int)url->fragment.len,
           url->fragment.text == NULL ? "" : url->fragment.text);
}

static const struct {
  const char *text;
  const char *read;
} accepted[] = {
    {"https://api.example.com", "https||api.example.com|443||-|-"},
    {"https://api.example.com/", "https||api.example.com|443|/|-|-"},
    {"http://h/v1/a?b=c#d", "http||h|80|/v1/a|b=c|d"},
    {"https://h?", "https||h|443|||-"},
    {"https://h#", "https||h|443||-|"},
    {"https://h?#", "https||h|443|||"},
    {"https://h?a=b", "https||h|443||a=b|-"},
    {"https://h#?x", "https||h|443||-|?x"},
    {"https://h/a#b?c#d", "https||h|443|/a|-|b?c#d"},
    {"https://h/?a?b/c", "https||h|443|/|a?b/c|-"},
    {"HTTPS://API.Example.COM/X", "https||API.Example.COM|443|/X|-|-"},
    {"hTtP://H", "http||H|80||-|-"},
    {"https://h:8443", "https||h|8443||-|-"},
    {"https://h:1/", "https||h|1|/|-|-"},
    {"https://h:65535?q", "https||h|65535||q|-"},
    {"https://h:0443", "https||h|443||-|-"},
    {"http://h:443", "http||h|443||-|-"},
    {"https://a@b", "https|@|b|443||-|-"},
    {"https://@b", "https|@|b|443||-|-"},
    {"https://user:pa@ss@b:8/p", "https|@|b|8|/p|-|-"},
    {"https://good.com:443@evil.com/", "https|@|evil.com|443|/|-|-"},
    {"https://good.com/@evil.com", "https||good.com|443|/@evil.com|-|-"},
    {"https://good.com?@evil.com", "https||good.com|443||@evil.com|-"},
    {"https://good.com#@evil.com", "https||good.com|443||-|@evil.com"},
    {"https://[::1]:8443", "https||::1|8443||-|-"},
    {"https://[::1]", "https||::1|443||-|-"},
    {"https://[::]/", "https||::|443|/|-|-"},
    {"https://[2001:db8::A:1]/x", "https||2001:db8::A:1|443|/x|-|-"},
    {"https://[1:2:3:4:5:6:7:8]", "https||1:2:3:4:5:6:7:8|443||-|-"},
    {"https://[1:2:3:4:5:6:7::]", "https||1:2:3:4:5:6:7::|443||-|-"},
    {"https://[::ffff:10.0.0.1]", "https||::ffff:10.0.0.1|443||-|-"},
    {"https://[::10.0.0.1]", "https||::10.0.0.1|443||-|-"},
    {"https://a@[::1]:1", "https|@|::1|1||-|-"},
    {"https://127.1", "https||127.1|443||-|-"},
    {"http://2130706433", "http||2130706433|80||-|-"},
    {"https://a_b-c.d", "https||a_b-c.d|443||-|-"},
    {"https://h/%00%2e%zz", "https||h|443|/%00%2e%zz|-|-"},
    {"https://h//x", "https||h|443|//x|-|-"},
};

static const struct {
  const char *text;
  const char *message; /* a part of it */
} refused[] = {
    {"", "must begin with"},
    {"https", "must begin with"},
    {"https:", "must begin with"},
    {"https:/", "must begin with"},
    {"https:/h", "must begin with"},
    {"//h", "must begin with"},
    {"h", "must begin with"},
    {"/v1", "must begin with"},
    {"ftp://h", "must begin with"},
    {"httpss://h", "must begin with"},
    {"file:///etc/passwd", "must begin with"},
    {"javascript:alert(1)", "must begin with"},
    {"https://", "has no host"},
    {"http://", "has no host"},
    {"https:///path", "has no host"},
    {"https://?q", "has no host"},
    {"https://#f", "has no host"},
    {"https://:443", "has no host"},
    {"https://a@", "has no host"},
    {"https://a@:443", "has no host"},
    {"https://a@/", "has no host"},
    {"https://h:", "port"},
    {"https://h:/", "port"},
    {"https://h:0", "port"},
    {"https://h:00000", "port"},
    {"https://h:65536", "port"},
    {"https://h:99999", "port"},
    {"https://h:18446744073709551617", "port"},
    {"https://h:8o", "port"},
    {"https://h:-1", "port"},
    {"https://h:+1", "port"},
    {"https://h:1:2", "port"},
    {"https://h:80x/", "port"},
    {"https://h%2e", "character"},
    {"https://h%00", "character"},
    {"https://a,b", "character"},
    {"https://a;b", "character"},
    {"https://a!b", "character"},
    {"https://a[b]", "character"},
    {"https://]", "character"},
    {"https://h]:1", "character"},
    {"https://[", "IPv6"},
    {"https://[]", "IPv6"},
    {"https://[::1", "IPv6"},
    {"https://[::1]x", "IPv6"},
    {"https://[::1]8443", "IPv6"},
    {"https://[::1]]", "IPv6"},
    {"https://[::1]:", "port"},
    {"https://[::1]:0", "port"},
    {"https://[:]", "IPv6"},
    {"https://[:::]", "IPv6"},
    {"https://[1:::2]", "IPv6"},
    {"https://[::1::]", "IPv6"},
    {"https://[:1::]", "IPv6"},
    {"https://[1::2:]", "IPv6"},
    {"https://[1:2:3:4:5:6:7]", "IPv6"},
    {"https://[1:2:3:4:5:6:7:8:9]", "IPv6"},
    {"https://[1:2:3:4:5:6:7:8::]", "IPv6"},
    {"https://[::12345]", "IPv6"},
    {"https://[::g]", "IPv6"},
    {"https://[::1%25eth0]", "IPv6"},
    {"https://[fe80::1%eth0]", "IPv6"},
    {"https://[::1.2.3]", "IPv6"},
    {"https://[::1.2.3.4:5]", "IPv6"},
    {"https://[::01.2.3.4]", "IPv6"},
    {"https://[::256.2.3.4]", "IPv6"},
    {"https://[127.0.0.1]", "IPv6"},
    {"https://[h]", "IPv6"},
    {"https://[v1.x]", "IPv6"},
    {"https://a\\@b", "backslash"},
    {"https:\\\\h", "backslash"},
    {"https://h\\x", "backslash"},
    {"https://h/a\\b", "backslash"},
    {"https://h/?a\\b", "backslash"},
    {"https://h/#a\\b", "backslash"},
    {"https://h/a b", "space"},
    {" https://h", "space"},
    {"https://h ", "space"},
    {"https://h/\n", "control"},
    {"https://h\r\nHost: x", "control"},
    {"https://h/\t", "control"},
    {"https://h/\x7f", "control"},
    {"https://h/?\x80", "ASCII"},
    {"https://h\xc3\xa9.com", "ASCII"},
};

static void test_parse(void)
{
  struct cln_error error;
  struct cln_url url;
  char text[200];
  const char *row;
  size_t i;

  for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
    row = accepted[i].text;
    if (!CHECK_ABOUT(cln_url_parse(&url, row, strlen(row), &error) == CLN_OK,
                     row))
      continue;
    describe(&url, text, sizeof(text));
    CHECK_TEXT(text, strlen(text), accepted[i].read, row);
  }
  for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
    row = refused[i].text;
    error.status = CLN_OK;
    CHECK_ABOUT(cln_url_parse(&url, row, strlen(row), &error) ==
                        CLN_VALIDATION &&
                    error.status == CLN_VALIDATION,
                row);
    if (!CHECK_ABOUT(strstr(error.message, refused[i].message) != NULL, row))
      printf("  got:      %s\n", error.message);
  }
  CHECK(cln_url_parse(&url, "https://h\0.com", 14, NULL) == CLN_VALIDATION);
  CHECK(cln_url_parse(&url, NULL, 0, NULL) == CLN_VALIDATION);
  CHECK(cln_url_parse(&url, "https://user:hunter2@h:x", 24, &error) ==
        CLN_VALIDATION);
  CHECK(strstr(error.message, "hunter2") == NULL);
  CHECK(cln_url_parse(&url, "https://user:hunter2@h,", 23, &error) ==
        CLN_VALIDATION);
  CHECK(strstr(error.message, "hunter2") == NULL);
  /* The views end at the port's digits and never beyond len. */
  CHECK(cln_url_parse(&url, "https://h:80801/", 13, NULL) == CLN_OK);
  CHECK(url.port == 808 && url.path.len == 0);
}

int main(void)
{
  test_parse();
  return test_end();
}
