/// Step 7: since when rules see a copy of the directory.
extension Schema {
    static let seenGenerations = "ALTER TABLE sync_generations ADD COLUMN seen_from INTEGER;"
}
