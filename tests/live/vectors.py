"""Published test vectors of Noise_XX_25519_ChaChaPoly_BLAKE2s, as (payload, message) in the order they are sent.

Sources: cacophony.txt (cacophony, Haskell) and snow.txt (snow, Rust), as kept in tests/vectors of mcginty/snow. An
early edition of cacophony.txt gives another hash of the handshake beside the same messages; this is the later one's.
"""

import msgspec


class Vector(msgspec.Struct, frozen=True):
    """Private keys and the prologue of both sides, and what passes then. hash: of the handshake, where it is given."""

    prologue: bytes
    initiator: tuple[bytes, bytes]  # static, ephemeral
    responder: tuple[bytes, bytes]
    messages: tuple[tuple[bytes, bytes], ...]
    hash: bytes = b""


_ = bytes.fromhex

CACOPHONY = Vector(
    b"John Galt",
    (
        _("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"),
        _("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a"),
    ),
    (
        _("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"),
        _("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b"),
    ),
    (
        (
            b"Ludwig von Mises",
            _("ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573"),
        ),
        (
            b"Murray Rothbard",
            _(
                "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
                "7c365eb362a1c991b0557fe8a7fb187d99346765d93ec63db6c1b01504ebeec5"
                "5a2298d2dbff80eff034d20595153f63a196a6cead1e11b2bb13e336fa13616d"
                "d3e8b0a070c882ed3f1a78c7c06c93"
            ),
        ),
        (
            b"F. A. Hayek",
            _(
                "46c3307de83b014258717d97781c1f50936d8b7d50c0722a1739654d10392d41"
                "5b670c114f79b9a4f80541570f77ce88802efa4220cff733e7b5668ba38059ec"
                "904b4b8eef9448085faf51"
            ),
        ),
        (b"Carl Menger", _("d5e83adfaac5dc324a68f1862df54549e56d209fba707205f328b2")),
        (b"Jean-Baptiste Say", _("d102c9029b1f55c788f561ba7737afbccef9c9f1bf2f238167fd40ba9c1c134867")),
        (
            "Eugen Böhm von Bawerk".encode("latin-1"),
            _("cb1ce80960382c6d5d5e740ffb724d1432f0310b200fb6f8424120f506092744baa415e155"),
        ),
    ),
    _("6c4c56cf71612f72d05ceb96c0155e6f4ea54a26b504c93de632a2db4a49d200"),
)

SNOW = Vector(
    b"There is no right and wrong. There's only fun and boring.",
    (
        _("8a3165449030548b6fbea439622cf8eccfda9098360f497381f1fc4b239cc629"),
        _("868b61a52b9891cb69a723b53834e97cf34a0d65937fcf6ba89a945e22a624e0"),
    ),
    (
        _("4b29748ce2d03e99813d870c67691402a1f5e09cfded4ccb55111a7aa407ed3b"),
        _("256bdfc5df09e6fc9ff7b31d670a9fbdae5ae5b9f989dba907e77823529c528e"),
    ),
    (
        (
            _("c0a708f1b57fb2ff42e901cce5871b2a51ff801c067eafcb03d0d7b201340527"),
            _(
                "063bf5a9800084985cb20a711ff8efb4f355eff3df009e8c26e0ecb7affae336"
                "c0a708f1b57fb2ff42e901cce5871b2a51ff801c067eafcb03d0d7b201340527"
            ),
        ),
        (
            _("7aa1a8a592db2e6456694064f6564c006f8b2b2481af05036992b088556f3047"),
            _(
                "36c8607da3294b23a7aa3a6ac9ee0650838c0e1fb8849978896f9903b330d903"
                "5b08d1a88cb80ea36d06c7ed96b3a6c3c648be604bcebfd82f6cbd7976378500"
                "3d95c4f29c5104d40121c987aef5b4a485a59238136e732d12193b6b6aa556ae"
                "1cecd4a39e4259bc804fa8d8016e5de4be3c2d6e75a75f5fa0cbff614b8cdd88"
            ),
        ),
        (
            _("c51d9b0d96e14f167e83c5154b2daff194ef59a9c09ad818c35ee7c5f476c3ef"),
            _(
                "a5a0d7616374f0a6caff8171c8a6efeebe12a5de59aa9248db14dd9f620b847a"
                "d2d752f065d1275990e1716b6bcf6297646145a5950a99e035d302b46a4d9ed5"
                "a852cda3490454721cd77dc4b38ac42eda2f03048d173d70797b618400149131"
            ),
        ),
        (
            _("05b9f78b805e8b0cef7230075fe3ccba3058935be39a7d3bc89e3d07f5eeb06a"),
            _("a081a0816332fba78faca67c86d1e3110576e461825f40c55130778ad39a08a03b96c292bb861cabff6839be8b4e96b2"),
        ),
        (
            _("0fb0b0a35d88f162ebd9430681ed4e70f8dda8ae2ce170d0a8284d0676207f84"),
            _("44982688c83a5af167cb3bd3b622993481e4ec1e6944c66ae1b92fcfb934792cecf9228672fdf1a3428d75e1af8f3899"),
        ),
    ),
)
