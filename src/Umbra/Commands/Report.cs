using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Umbra.Commands;

/// <summary>Prints a command's answer: a table for people, plain columns into a pipe, JSON for programs.</summary>
internal sealed class Report(CommandEnvironment environment, OutputFormat format)
{
    /// <summary>Wide enough that nothing is folded where no terminal sets a width.</summary>
    private const int PipeWidth = 4096;

    public OutputFormat Format => format;

    public void List<T>(IReadOnlyList<T> items, JsonTypeInfo<IReadOnlyList<T>> type, params ReadOnlySpan<Column<T>> columns)
    {
        if (format == OutputFormat.Json)
        {
            Json(items, type);
            return;
        }

        Table table = NewTable();
        foreach (Column<T> column in columns)
        {
            TableColumn header = new(new Text(column.Header, new Style(decoration: Decoration.Bold))) { NoWrap = true };
            table.AddColumn(column.IsNumber ? header.RightAligned() : header);
        }

        foreach (T item in items)
        {
            Text[] row = new Text[columns.Length];
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = new Text(PlainText.Of(columns[i].Cell(item)));
            }

            table.AddRow(row);
        }

        Write(table);
    }

    /// <summary>One thing, a line for each fact that is known.</summary>
    public void Item<T>(T item, JsonTypeInfo<T> type, params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        if (format == OutputFormat.Json)
        {
            Json(item, type);
            return;
        }

        foreach ((string name, string? value) in facts)
        {
            if (!string.IsNullOrEmpty(value))
            {
                environment.Out.WriteLine($"{name + ":",-12} {PlainText.Of(value)}");
            }
        }
    }

    public void Done(string what)
    {
        if (format == OutputFormat.Json)
        {
            Json(new DoneInfo(what), CommandJson.Own.DoneInfo);
        }
        else
        {
            environment.Out.WriteLine(PlainText.Of(what));
        }
    }

    private void Json<T>(T value, JsonTypeInfo<T> type) => environment.Out.WriteLine(JsonSerializer.Serialize(value, type));

    private Table NewTable() => new() { Border = environment.IsTerminal ? TableBorder.Rounded : TableBorder.None };

    private void Write(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(environment.Out),
            Ansi = environment.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = environment.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!environment.IsTerminal)
        {
            console.Profile.Width = PipeWidth;
        }

        console.Write(table);
    }
}
