--- What a collection tells about getting a token (scripts, auth blocks, a
-- token request), as an offer: configuration that a user may take over.
-- Names of variables, never the values of secrets.

local auth = require "clinone.postman.auth"
local report = require "clinone.postman.report"

local offers = {}

local phrases = {
  token_url = "token URL %s: set token_url (or CLINONE_TOKEN_URL)",
  scope = "scope %s: set scope (or CLINONE_SCOPE)",
  client_id_variable = 'the client id is taken from the variable "%s": set client_id (or CLINONE_CLIENT_ID)',
  client_secret_variable = 'the client secret is taken from the variable "%s": set client_secret'
    .. " (or CLINONE_CLIENT_SECRET)",
}

local facts = { "token_url", "scope", "client_id_variable", "client_secret_variable" }

--- Adds what an auth block tells.
---@param block any
---@param place string
---@param found { place: string, what: string, value: string }[]
function offers.read_block(block, place, found)
  local told = auth.resolve { block }
  for _, what in ipairs(facts) do
    if told[what] then found[#found + 1] = { place = place, what = what, value = told[what] } end
  end
end

--- Warns of a way to prove who is calling that is not ours, once for each.
local function tell_other_ways(proofs, account)
  local told = {}
  for _, entry in ipairs(proofs) do
    local way, operation = entry.proof.type, entry.operation
    if way and not operation.server and not operation.public and not told[way] and way ~= "noauth"
      and way ~= "bearer" and way ~= "oauth2" then
      told[way] = true
      report.add(account, "warnings", entry.place,
        ("the collection proves who is calling by %s; clinone sends its bearer token"):format(way))
    end
  end
end

--- What was found, place by place in the collection's order: the first of
-- each kind, and how many there are.
local function recipes_of(found)
  local list, by_place = {}, {}
  for _, entry in ipairs(found) do
    if phrases[entry.what] and type(entry.value) == "string" then
      local one = by_place[entry.place]
      if not one then
        one = { place = entry.place, facts = {}, count = 0 }
        by_place[entry.place] = one
        list[#list + 1] = one
      end
      if not one.facts[entry.what] then one.count = one.count + 1 end
      one.facts[entry.what] = one.facts[entry.what] or entry.value
    end
  end
  return list
end

--- The most complete of them, the first of equals: the collection's own comes
-- before its folders'. A client's id with the secret of another one would be
-- refused, so that places are never mixed.
local function choose(recipes)
  local best
  for _, one in ipairs(recipes) do
    if not best or one.count > best.count then best = one end
  end
  return best
end

--- Offers one place's recipe, and tells all that was found: each fact once,
-- where it stands first.
---@param found { place: string, what: string, value: string }[]
---@param proofs { place: string, proof: clinone.postman.Auth, operation: table }[] of the operations
---@param account clinone.postman.Report
---@return table|nil auth as in the catalog
function offers.read(found, proofs, account)
  local told = {}
  for _, entry in ipairs(found) do
    local phrase = phrases[entry.what]
    if phrase and type(entry.value) == "string" and not told[entry.what .. entry.value] then
      told[entry.what .. entry.value] = true
      report.add(account, "scripts", entry.place, phrase:format(entry.value))
    end
  end
  tell_other_ways(proofs, account)
  local chosen = choose(recipes_of(found))
  if not chosen then return nil end
  chosen.facts.place = chosen.place
  return chosen.facts
end

return offers
