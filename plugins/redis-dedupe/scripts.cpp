#include "scripts.hpp"

#include "hash.hpp"

namespace redis_dedupe {
namespace {

// Four keys a page: the crawl's set, its lease in the crawl, the document's lease, its digest.
// Three words a page: its id, its digest, whether it has a crawl. The document's lease decides; the
// one in the crawl goes with it, for those who look at a crawl.
//
// `taken` are the leases of this very call: one's own lease is otherwise taken up again at once,
// but of two pages of one document in one call only the first may go on. The sets are renewed last:
// Redis refuses a script for want of memory only at its first write, and PEXPIRE would be one that
// it lets through.
constexpr std::string_view kClaim = R"lua(
local owner, lease, ttl, remember = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local NEW, CHANGED, SAME, BUSY, UNCHANGED = 0, 1, 2, 3, 4
local taken, used = {}, {}

local function give_back(key)
  if redis.call('GET', key) == owner then redis.call('DEL', key) end
end

local function answer(i)
  local done, in_crawl, lock, page = KEYS[4 * i - 3], KEYS[4 * i - 2], KEYS[4 * i - 1], KEYS[4 * i]
  local id, digest, has_crawl = ARGV[3 * i + 2], ARGV[3 * i + 3], ARGV[3 * i + 4] == '1'
  if has_crawl then used[done] = true end
  if taken[lock] then return BUSY end
  if has_crawl and redis.call('SISMEMBER', done, id) == 1 then return SAME end
  local holder = redis.call('GET', lock)
  if holder and holder ~= owner then return BUSY end
  local known = redis.call('GET', page)
  if known == digest then
    if has_crawl then redis.call('SADD', done, id) end
    give_back(lock)
    give_back(in_crawl)
    redis.call('PEXPIRE', page, remember)
    return UNCHANGED
  end
  redis.call('SET', lock, owner, 'PX', lease)
  redis.call('SET', in_crawl, owner, 'PX', lease)
  taken[lock] = true
  if known then redis.call('DEL', page) end
  return known and CHANGED or NEW
end

local answers = {}
for i = 1, #KEYS / 4 do answers[i] = answer(i) end
for done in pairs(used) do redis.call('PEXPIRE', done, ttl) end
return answers
)lua";

// Whoever lost the lease meanwhile takes nobody's lease away. What it did is done all the same, and
// is remembered. What was deleted, its digest empty, or given up has no known text any more.
constexpr std::string_view kSettle = R"lua(
local owner, is_done, ttl, remember = ARGV[1], ARGV[2] == '1', ARGV[3], ARGV[4]

local function give_back(key)
  if redis.call('GET', key) == owner then redis.call('DEL', key) end
end

for i = 1, #KEYS / 4 do
  local done, in_crawl, lock, page = KEYS[4 * i - 3], KEYS[4 * i - 2], KEYS[4 * i - 1], KEYS[4 * i]
  local id, digest, has_crawl = ARGV[3 * i + 2], ARGV[3 * i + 3], ARGV[3 * i + 4] == '1'
  give_back(lock)
  give_back(in_crawl)
  if is_done and has_crawl then
    redis.call('SADD', done, id)
    redis.call('PEXPIRE', done, ttl)
  end
  if is_done and digest ~= '' then
    redis.call('SET', page, digest, 'PX', remember)
  else
    redis.call('DEL', page)
  end
end
return #KEYS / 4
)lua";

}  // namespace

const Script& claim_script() {
  static const Script script{kClaim, sha1_hex(kClaim)};
  return script;
}

const Script& settle_script() {
  static const Script script{kSettle, sha1_hex(kSettle)};
  return script;
}

}  // namespace redis_dedupe
