// UUIDs by Poco.
#include "base/uuid.hpp"

#include <Poco/SHA1Engine.h>
#include <Poco/UUID.h>
#include <Poco/UUIDGenerator.h>

namespace sluice {

std::string uuid_of_url(std::string_view url) {
  Poco::SHA1Engine sha1;
  Poco::UUIDGenerator generator;
  return generator
      .createFromName(Poco::UUID::uri(), std::string(url), sha1, Poco::UUID::UUID_NAME_BASED_SHA1)
      .toString();
}

std::string random_uuid() { return Poco::UUIDGenerator().createRandom().toString(); }

}  // namespace sluice
