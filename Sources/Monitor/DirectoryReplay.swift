import Directory

/// Steps through stored copies of a directory, the first read as a whole and the others by what they changed.
struct DirectoryReplay {
    let store: any DirectoryHistory
    let connection: String

    /// Calls `body` with each copy in turn.
    ///
    /// - Parameter generations: As `DirectoryHistory.generations(connection:from:to:)` gives them.
    func each(_ generations: [PastGeneration], _ body: (DirectorySnapshot) throws -> Void) async throws {
        guard let first = generations.first, let last = generations.last,
            let start = try await store.snapshot(generation: first.id)
        else { return }
        let changes = Dictionary(
            grouping: try await store.changes(connection: connection, after: first.id, upTo: last.id),
            by: \.generation)
        var walk = DirectoryWalk(start)
        var availability = first.availability
        for generation in generations {
            if generation.availability != availability {
                // A collection that comes back is read as a whole: what is not available is not in the walk.
                guard let whole = try await store.snapshot(generation: generation.id) else { continue }
                walk = DirectoryWalk(whole)
                availability = generation.availability
            } else {
                walk.apply(changes[generation.id] ?? [])
            }
            try body(walk.snapshot(of: generation))
        }
    }
}
