import Directory
import Testing

/// What is counted of unknown members is bounded, whatever comes.
@Suite struct UnknownFieldTests {
    @Test(arguments: [
        ("short", "short"),
        (String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
        (String(repeating: "a", count: 65), String(repeating: "a", count: 64)),
        (String(repeating: "a", count: 63) + "é", String(repeating: "a", count: 63)),
        (String(repeating: "é", count: 32), String(repeating: "é", count: 32)),
        (String(repeating: "é", count: 100_000), String(repeating: "é", count: 32)),
    ])
    func namesAreCut(_ name: String, _ kept: String) {
        var counts = UnknownFieldCounts()
        counts.add(name)
        #expect(counts.counts == [kept: 1])
    }

    @Test func fiftyNamesAreKeptAndTheRestAreOthers() {
        var counts = UnknownFieldCounts()
        for name in 0..<50 { counts.add("n\(name)") }
        #expect(counts.counts.count == 50 && counts.counts[UnknownFieldCounts.others] == nil)
        counts.add("one more", 3)
        counts.add("n7")
        #expect(counts.counts.count == 51 && counts.counts[UnknownFieldCounts.others] == 3 && counts.counts["n7"] == 2)
        var more = UnknownFieldCounts()
        more.add("another")
        more.add("n7", 5)
        counts.add(more)
        #expect(counts.counts.count == 51 && counts.counts[UnknownFieldCounts.others] == 4 && counts.counts["n7"] == 7)
    }
}
