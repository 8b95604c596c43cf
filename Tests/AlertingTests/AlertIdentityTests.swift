import Alerting
import Testing
import Timekeeping

@Suite struct AlertIdentityTests {
    static func key(_ parts: EvidenceValue..., connection: String = "acme", rule: String = "r") -> DedupKey {
        DedupKey(binding: RuleBinding(connection: connection, policy: "p", rule: rule), key: parts)
    }

    /// Ids are stored and sent, so they are the same in every version; the values were worked out apart from this code.
    @Test func idsNeverChange() {
        let key = Self.key(.text("ada@corp.example"), .int(7))
        #expect(key.keyID == "ak_blont2pu7vzil27ffc7esakrqe")
        #expect(key.alertID(.generation(12)) == "al_gw5xuvqeovr7ws57ialub6ktme")
        #expect(
            key.alertID(.activity(time: Timestamp(seconds: 5, nanoseconds: 1), id: "e1"))
                == "al_oujw2iltpt67oltq6wuwkku4ry")
    }

    @Test func idsAreLowerCaseWithPrefixAnd128Bits() {
        let id = Self.key(.null).alertID(.generation(1))
        let rest = id.dropFirst(3)
        #expect(id.hasPrefix("al_"))
        #expect(rest.count == 26)
        #expect(rest.allSatisfy { "abcdefghijklmnopqrstuvwxyz234567".contains($0) })
    }

    @Test(arguments: [
        ("text and number", key(.text("7")), key(.int(7))),
        ("number and double", key(.int(7)), key(.double(7))),
        ("one text and two", key(.text("ab")), key(.text("a"), .text("b"))),
        ("where a text ends", key(.text("ab"), .text("c")), key(.text("a"), .text("bc"))),
        ("a list and its parts", key(.list([.int(1), .int(2)])), key(.int(1), .int(2))),
        ("how lists nest", key(.list([.list([.int(1)]), .int(2)])), key(.list([.list([.int(1), .int(2)])]))),
        ("null and empty text", key(.null), key(.text(""))),
        ("true and false", key(.bool(true)), key(.bool(false))),
        ("a composed and a decomposed letter", key(.text("\u{e9}")), key(.text("e\u{301}"))),
        ("connection and rule", key(connection: "a", rule: "bc"), key(connection: "ab", rule: "c")),
        ("a nanosecond", key(.time(Timestamp(seconds: 1))), key(.time(Timestamp(seconds: 1, nanoseconds: 1)))),
    ])
    func differentKeysHaveDifferentIDs(_ what: String, _ left: DedupKey, _ right: DedupKey) {
        #expect(left.canonicalBytes != right.canonicalBytes, "\(what)")
        #expect(left.keyID != right.keyID, "\(what)")
        #expect(left != right && Set([left, right]).count == 2, "\(what)")
    }

    @Test func bothZerosAreOneKeyAndEveryNaNIsToo() {
        #expect(Self.key(.double(0)).keyID == Self.key(.double(-0.0)).keyID)
        #expect(Self.key(.double(.nan)).keyID == Self.key(.double(-.nan)).keyID)
        #expect(Set([Self.key(.double(0)), Self.key(.double(-0.0))]).count == 1)
        #expect(Set([Self.key(.list([.double(.nan)])), Self.key(.list([.double(-.nan)]))]).count == 1)
        #expect(Self.key(.double(.infinity)).keyID != Self.key(.double(-.infinity)).keyID)
    }

    @Test func episodesOfOneKeyHaveDifferentIDs() {
        let key = Self.key(.int(7))
        let time = Timestamp(seconds: 5)
        let ids = [
            key.alertID(.generation(1)), key.alertID(.generation(2)), key.alertID(.activity(time: time, id: "1")),
            key.alertID(.activity(time: time, id: "2")), key.alertID(.activity(time: time + .seconds(1), id: "1")),
        ]
        #expect(Set(ids).count == ids.count)
    }
}
