rockspec_format = "3.0"
package = "clinone"
version = "scm-1"
source = {
  url = "git+https://github.com/clinone/clinone.git",
}
description = {
  summary = "Read and write ClinOne study, site and patient records",
  detailed = [[A client for the ClinOne API: a C core on libcurl, and a Lua
module that a script of a few lines can authenticate and work with.]],
  license = "MIT",
}
supported_platforms = { "unix" }
dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.1", -- the command
  "luaossl >= 20200709", -- the sandbox's keys
}
-- By library only: Debian keeps curl's headers where LuaRocks does not look,
-- and the compiler does.
external_dependencies = {
  CURL = { library = "curl" },
}

build = {
  type = "builtin",
  modules = {
    ["clinone.core"] = {
      sources = {
        "src/auth.c",
        "src/buffer.c",
        "src/call.c",
        "src/encoding.c",
        "src/grow.c",
        "src/hmac.c",
        "src/httpdate.c",
        "src/jgrammar.c",
        "src/jkeys.c",
        "src/jmarks.c",
        "src/jnumber.c",
        "src/jprint.c",
        "src/jscan.c",
        "src/jstring.c",
        "src/lbind.c",
        "src/lbuild.c",
        "src/lcall.c",
        "src/lencode.c",
        "src/ljson.c",
        "src/loperation.c",
        "src/lsession.c",
        "src/lstore.c",
        "src/ltransport.c",
        "src/random.c",
        "src/request.c",
        "src/response.c",
        "src/sha256.c",
        "src/sigpipe.c",
        "src/sockets.c",
        "src/status.c",
        "src/transport.c",
        "src/url.c",
        "src/urlescape.c",
        "src/urltext.c",
        "src/utf8.c",
      },
      incdirs = { "$(CURL_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)" },
      libraries = { "curl", "pthread" },
    },
    ["clinone.builtin"] = "lua/clinone/builtin.lua",
    ["clinone.cli"] = "lua/clinone/cli/init.lua",
    ["clinone.cli.sandbox"] = "lua/clinone/cli/sandbox.lua",
    ["clinone.sandbox.access"] = "lua/clinone/sandbox/access.lua",
    ["clinone.sandbox.answer"] = "lua/clinone/sandbox/answer.lua",
    ["clinone.sandbox.b2c"] = "lua/clinone/sandbox/b2c.lua",
    ["clinone.sandbox.config"] = "lua/clinone/sandbox/config.lua",
    ["clinone.sandbox.control"] = "lua/clinone/sandbox/control.lua",
    ["clinone.sandbox.default_fixtures"] = "lua/clinone/sandbox/default_fixtures.lua",
    ["clinone.sandbox.environment"] = "lua/clinone/sandbox/environment.lua",
    ["clinone.sandbox.fault_kinds"] = "lua/clinone/sandbox/fault_kinds.lua",
    ["clinone.sandbox.faults"] = "lua/clinone/sandbox/faults.lua",
    ["clinone.sandbox.fixtures"] = "lua/clinone/sandbox/fixtures.lua",
    ["clinone.sandbox.ids"] = "lua/clinone/sandbox/ids.lua",
    ["clinone.sandbox"] = "lua/clinone/sandbox/init.lua",
    ["clinone.sandbox.journal"] = "lua/clinone/sandbox/journal.lua",
    ["clinone.sandbox.json"] = "lua/clinone/sandbox/json.lua",
    ["clinone.sandbox.jwt"] = "lua/clinone/sandbox/jwt.lua",
    ["clinone.sandbox.nginx"] = "lua/clinone/sandbox/nginx.lua",
    ["clinone.sandbox.process"] = "lua/clinone/sandbox/process.lua",
    ["clinone.sandbox.records"] = "lua/clinone/sandbox/records.lua",
    ["clinone.sandbox.request"] = "lua/clinone/sandbox/request.lua",
    ["clinone.sandbox.routes"] = "lua/clinone/sandbox/routes.lua",
    ["clinone.sandbox.server"] = "lua/clinone/sandbox/server.lua",
    ["clinone.sandbox.store"] = "lua/clinone/sandbox/store.lua",
    ["clinone.sandbox.tls"] = "lua/clinone/sandbox/tls.lua",
    ["clinone.sandbox.token"] = "lua/clinone/sandbox/token.lua",
  },
  install = { bin = { clinone = "bin/clinone" } },
}
