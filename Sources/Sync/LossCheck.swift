import Directory
import Timekeeping

/// The brake on mass deletions: a copy that lost much is believed when a second one says the same.
struct LossCheck: Sendable {
    /// Users that may go between two copies without a second look, as a share and as a number.
    static let userShare = 0.1
    static let userCount = 500
    /// The share of any other collection: groups, roles, apps, privileges and mappings are few, and removing some of
    /// them at once is everyday work; what a broken answer does is to leave out most or all.
    static let otherShare = 0.5
    /// How much larger than the held loss the one that confirms it may be: a number, or this part of it.
    static let marginCount = 3
    static let marginPart = 20

    let before: DirectorySnapshot
    let staged: DirectorySnapshot
    /// Users whose deletion an activity tells.
    let explained: Set<Int64>
    /// Collections whose walk ended on an empty page.
    let endedEmpty: Set<EntityKind>

    /// Losses that need a second look, by collection, and whether `held` has said the same of each.
    func losses(
        after held: [EntityKind: HeldLoss], at moment: Timestamp
    ) -> [(loss: HeldLoss, isConfirmed: Bool)] {
        var losses: [(loss: HeldLoss, isConfirmed: Bool)] = []
        for kind in EntityKind.allCases.sorted() where kind != .device && kind != .credential {
            guard staged.availability(of: kind) == .complete, before.availability(of: kind) == .complete else {
                continue
            }
            let known = before.count(of: kind)
            let found = RecordIDs(staged, kind)
            let lost = (0..<known).lazy.map { before.id(of: kind, at: $0) }
                .filter { !found.contains($0) && !isExplained(kind, $0) }.sorted()
            guard isSuspicious(lost.count, of: known, kind) else { continue }
            let loss = HeldLoss(
                kind: kind, lost: lost.count, of: known, at: moment,
                sample: Array(lost.prefix(HeldLoss.sampleLimit)))
            losses.append((loss, held[kind].map { isSame($0, loss, found) } ?? false))
        }
        return losses
    }

    /// Whether a later loss is the one that was held: all that went then is still gone, and little more.
    private func isSame(_ held: HeldLoss, _ later: HeldLoss, _ found: RecordIDs) -> Bool {
        let margin = max(Self.marginCount, held.lost / Self.marginPart)
        return later.lost <= held.lost + margin && held.sample.allSatisfy { !found.contains($0) }
    }

    private func isExplained(_ kind: EntityKind, _ id: String) -> Bool {
        kind == .user && Int64(id).map(explained.contains) ?? false
    }

    private func isSuspicious(_ lost: Int, of known: Int, _ kind: EntityKind) -> Bool {
        guard lost > 0 else { return false }
        if endedEmpty.contains(kind) { return true }
        guard kind == .user else { return Double(lost) > Double(known) * Self.otherShare }
        return Double(lost) > Double(known) * Self.userShare || lost > Self.userCount
    }
}

extension HeldLoss {
    /// Why the copy was not taken.
    var failure: SourceFailure {
        SourceFailure(
            .heldForConfirmation, attempt: "list of \(kind.plural)",
            answer: "\(lost) of \(of) \(kind.plural) are gone and no event says why: held until a second copy agrees",
            remedy: "nothing to do if they were deleted; else look at the credential's scope and OneLogin's status")
    }
}
