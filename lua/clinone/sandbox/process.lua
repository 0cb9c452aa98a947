--- The server as a process: how it is told to stop, beyond what nginx does with
--- SIGINT, SIGTERM and SIGQUIT by itself, and how it lets go of stdout.
--
-- A terminal that closes sends SIGHUP. nginx takes it as "reload", which its
-- single-process mode does not survive (measured with 1.22.1: every connection
-- is refused from then on, and the exit hook never runs). So SIGHUP is held
-- back, and a timer looks whether one is waiting.

local ffi = require "ffi"
local ngx_process = require "ngx.process"

local process = {}

-- clinone_sigset is larger than any system's sigset_t (Linux: 128 bytes).
ffi.cdef [[
typedef struct { unsigned char bytes[1024]; } clinone_sigset;
int sigemptyset(clinone_sigset *set);
int sigaddset(clinone_sigset *set, int signal);
int sigismember(const clinone_sigset *set, int signal);
int sigprocmask(int how, const clinone_sigset *set, clinone_sigset *old);
int sigpending(clinone_sigset *set);
int open(const char *path, int flags, ...);
int dup2(int from, int to);
int close(int fd);
]]

local SIGHUP = 1
local SIG_BLOCK = ffi.os == "Linux" and 0 or 1
local O_WRONLY = 1
local STDOUT = 1
local LOOK_EVERY_S = 0.5

--- Stops the server as SIGQUIT does.
function process.stop()
  ngx_process.signal_graceful_exit()
end

--- Holds SIGHUP back, and stops the server once one is waiting.
---@param nohup boolean started by nohup: a SIGHUP then means nothing
function process.watch_hangup(nohup)
  local held, waiting = ffi.new("clinone_sigset"), ffi.new("clinone_sigset")
  ffi.C.sigemptyset(held)
  ffi.C.sigaddset(held, SIGHUP)
  ffi.C.sigprocmask(SIG_BLOCK, held, nil)
  if nohup then return end
  ngx.timer.every(LOOK_EVERY_S, function(premature)
    if premature then return end
    ffi.C.sigpending(waiting)
    if ffi.C.sigismember(waiting, SIGHUP) == 1 then process.stop() end
  end)
end

--- Lets go of standard output, so that whoever reads it sees its end:
--- `eval "$(clinone sandbox &)"` goes on as soon as the sandbox answers.
function process.release_stdout()
  io.stdout:flush()
  local null = ffi.C.open("/dev/null", O_WRONLY)
  if null < 0 then return end
  ffi.C.dup2(null, STDOUT)
  ffi.C.close(null)
end

return process
