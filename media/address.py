"""Which network addresses are on the public internet."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Global by the registry, but never the place of a media file.
_NOT_HOSTS_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_UNICAST = IPv6Network("2000::/3")
_TUNNELS = (
    IPv6Network("2001::/23"),
    IPv6Network("2002::/16"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """True only for addresses that cannot lead into this or a neighbouring network."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_4(address)
    return _is_public_6(address)


def _is_public_4(address: IPv4Address) -> bool:
    if address.is_multicast or any(address in network for network in _NOT_HOSTS_4):
        return False
    return address.is_global


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id:
        return False
    if address.ipv4_mapped:
        return _is_public_4(address.ipv4_mapped)
    if address in _NAT64:
        return _is_public_4(IPv4Address(address.packed[-4:]))
    if address not in _UNICAST or any(address in network for network in _TUNNELS):
        return False
    return address.is_global
