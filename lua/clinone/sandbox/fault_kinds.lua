--- Every kind of fault: what it does with a request and with its answer.
--
-- play(fault, serve) returns the answer to send. serve() carries the request
-- out; a kind that does not call it leaves the records untouched.

local access = require "clinone.sandbox.access"
local answer = require "clinone.sandbox.answer"

local kinds = {}

local function retry_after(fault)
  if not fault.retry_after then return {} end
  local value = tostring(fault.retry_after)
  if fault.date then value = ngx.http_time(ngx.time() + math.ceil(fault.retry_after)) end
  return { ["Retry-After"] = value }
end

--- Not applied: the request never reached the application.

kinds.unauthorized = {
  play = function() return access.unauthorized("signature") end,
}

kinds.rate_limited = {
  play = function(fault)
    return answer.failure(429, "rate_limited", "Too many requests.", retry_after(fault))
  end,
}

kinds.status = {
  needs = { "status" },
  play = function(fault)
    local given = fault.html and answer.html(fault.status, fault.status .. " from a gateway")
      or answer.failure(fault.status, "fault", "A fault that was asked for.")
    given.headers = retry_after(fault)
    return given
  end,
}

kinds.cut = { play = function() return answer.nothing() end }

kinds.html = {
  play = function() return answer.html(200, "A page from a proxy") end,
}

kinds.redirect = {
  needs = { "location" },
  play = function(fault)
    local given = answer.html(302, "302 Found")
    given.headers.Location = fault.location
    return given
  end,
}

--- Applied, and answered late or badly.

kinds.latency = {
  needs = { "seconds" },
  play = function(fault, serve)
    ngx.sleep(fault.seconds)
    return serve()
  end,
}

kinds.lost_answer = {
  play = function(_, serve)
    serve()
    return answer.nothing()
  end,
}

kinds.late_write = {
  needs = { "seconds" },
  play = function(fault, serve)
    ngx.timer.at(fault.seconds, function(premature)
      if not premature then serve() end
    end)
    return answer.nothing()
  end,
}

kinds.truncated_json = {
  play = function(_, serve)
    local given = serve()
    given.body = given.body:sub(1, math.floor(#given.body / 2))
    return given
  end,
}

kinds.short_body = {
  play = function(_, serve)
    local given = serve()
    given.declared_length = #given.body + 100
    return given
  end,
}

kinds.invalid_utf8 = {
  play = function(_, serve)
    local given = serve()
    if given.body:sub(1, 1) == "{" then
      given.body = '{"fault":"\195\40",' .. given.body:sub(2)
    elseif given.body:sub(1, 1) == "[" then
      given.body = '["\195\40"' .. (given.body:find("^%[%s*%]") and "" or ",") .. given.body:sub(2)
    end
    return given
  end,
}

kinds.empty = {
  play = function(_, serve)
    serve()
    return { status = 200, body = "", headers = {} }
  end,
}

--- Of the token endpoint only.

local function changed(change)
  return {
    token_only = true,
    play = function(_, serve) return serve(change) end,
  }
end

kinds.expired_token = changed { expired = true }
kinds.string_numbers = changed { strings = true }
kinds.expires_on_only = changed { only_expires_on = true }
kinds.opaque = changed { opaque = true }

kinds.clock = {
  token_only = true, needs = { "skew" },
  play = function(fault, serve) return serve { skew = fault.skew } end,
}

kinds.scopes = {
  token_only = true, needs = { "scp" },
  play = function(fault, serve) return serve { scp = fault.scp } end,
}

kinds.throttled = {
  token_only = true,
  play = function() return answer.text(429, "Too Many Requests", { ["Retry-After"] = "60" }) end,
}

kinds.html_error = {
  token_only = true,
  play = function(fault) return answer.html(fault.status or 502, "502 Bad Gateway") end,
}

return kinds
