--- Latin letters with accents as plain ASCII, for names that scripts write.

local latin = {}

local plain = {}
for letters in ([[
  A ÀÁÂÃÄÅĀĂĄ  a àáâãäåāăą  Ae Æ  ae æ  C ÇĆĈĊČ  c çćĉċč  D ÐĎĐ  d ðďđ  E ÈÉÊËĒĔĖĘĚ  e èéêëēĕėęě
  G ĜĞĠĢ  g ĝğġģ  H ĤĦ  h ĥħ  I ÌÍÎÏĨĪĬĮİ  i ìíîïĩīĭįı  Ij Ĳ  ij ĳ  J Ĵ  j ĵ  K Ķ  k ķĸ  L ĹĻĽĿŁ  l ĺļľŀł
  N ÑŃŅŇŊ  n ñńņňŉŋ  O ÒÓÔÕÖØŌŎŐ  o òóôõöøōŏő  Oe Œ  oe œ  R ŔŖŘ  r ŕŗř  S ŚŜŞŠ  s śŝşšſ  ss ß
  T ŢŤŦ  t ţťŧ  Th Þ  th þ  U ÙÚÛÜŨŪŬŮŰŲ  u ùúûüũūŭůűų  W Ŵ  w ŵ  Y ÝŶŸ  y ýÿŷ  Z ŹŻŽ  z źżž
]]):gmatch "%a+ [\195-\197][\128-\197]+" do
  local ascii, accented = letters:match "^(%a+) (.+)$"
  for letter in accented:gmatch "[\195-\197][\128-\191]" do plain[letter] = ascii end
end

--- The text in ASCII. Accents that stand by themselves and apostrophes vanish; what has no
-- Latin form (other scripts, emoji) becomes a blank.
---@param text string
---@return string
function latin.fold(text)
  text = text:gsub("'", ""):gsub("\226\128[\152\153]", "")
  if not text:find "[\128-\255]" then return text end
  text = text:gsub("[\195-\197][\128-\191]", plain)
  text = text:gsub("\204[\128-\191]", ""):gsub("\205[\128-\175]", "")
  return (text:gsub("[\128-\255]+", " "))
end

return latin
