import Directory
import Timekeeping

/// The brake on mass deletions: a copy that lost much is believed when a second one says the same.
struct LossCheck: Sendable {
    /// Users that may go between two copies without a second look, as a share and as a number.
    static let userShare = 0.1
    static let userCount = 500
    /// The share of any other collection.
    static let otherShare = 0.5

    let before: DirectorySnapshot
    let staged: DirectorySnapshot
    /// Users whose deletion an activity tells.
    let explained: Set<Int64>
    /// Collections whose walk ended on an empty page.
    let endedEmpty: Set<EntityKind>

    /// The worst loss that needs a second look; nil when none does, or `held` was the same one.
    func loss(after held: HeldLoss?, at moment: Timestamp) -> HeldLoss? {
        for kind in EntityKind.allCases.sorted() where kind != .device && kind != .credential {
            guard staged.availability(of: kind) == .complete, before.availability(of: kind) == .complete else {
                continue
            }
            let known = before.count(of: kind)
            let found = RecordIDs(staged, kind)
            let lost = (0..<known).lazy.map { before.id(of: kind, at: $0) }
                .filter { !found.contains($0) && !isExplained(kind, $0) }.sorted()
            guard isSuspicious(lost.count, of: known, kind) else { continue }
            if let held, held.kind == kind, held.sample.allSatisfy({ !found.contains($0) }) { continue }
            return HeldLoss(
                kind: kind, lost: lost.count, of: known, at: moment,
                sample: Array(lost.prefix(HeldLoss.sampleLimit)))
        }
        return nil
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
