--- A catalog whose texts and names try to be something else: code, annotations,
-- Markdown, HTML, several lines.

local odd = "]] --[[ \n@param |a| `` ``` <script> # \r\n---@class x\n- 1. \0 \27[2J \226\128\168 é中文 \"q\" 'p' \\ end"

return {
  text = odd,
  document = {
    catalog = 1, title = odd, doc = odd, inferred = true, servers = { default = "{{" .. odd .. "}}", [odd] = odd },
    resources = {
      [odd] = {
        name = odd, doc = odd, group = odd, operations = {
          [odd] = {
            name = odd, doc = odd, method = "post", path = '/a/{x"y}/{end}', server = odd, content = odd,
            content_type = odd, aliases = { "list", "end", odd }, retry = odd,
            paging = { style = "page", page = odd }, params = {
              [odd] = { ["in"] = "body", type = "object", doc = odd, fields = {
                [odd] = { type = "array", doc = odd, items = { type = "object", fields = { [odd] = { type = odd } } } },
              } },
              all = {
                ["in"] = { "path", "body" }, type = odd, required = true, example = odd, default = odd,
                variable = odd, name = odd, doc = odd,
              },
            },
          },
        },
        resources = { ["end"] = { operations = { ["1"] = { method = "GET", path = "/" } } } },
      },
      -- Same name for a class once the odd characters are out.
      ["a-b"] = { operations = { get = { method = "GET", path = "/a-b/{id}" } } },
      ["a b"] = { operations = { get = { method = "GET", path = "/a_b/{id}" } } },
    },
  },
}
