// UUIDs by Poco.
#include "base/uuid.hpp"

#include <Poco/SHA1Engine.h>
#include <Poco/UUID.h>
#include <Poco/UUIDGenerator.h>

namespace sluice {
namespace {

// One a thread: making one seeds its random numbers, which takes longer than all the rest.
Poco::UUIDGenerator& generator() {
  thread_local Poco::UUIDGenerator own;
  return own;
}

}  // namespace

std::string uuid_of_url(std::string_view url) {
  Poco::SHA1Engine sha1;
  return generator()
      .createFromName(Poco::UUID::uri(), std::string(url), sha1, Poco::UUID::UUID_NAME_BASED_SHA1)
      .toString();
}

std::string random_uuid() { return generator().createRandom().toString(); }

}  // namespace sluice
