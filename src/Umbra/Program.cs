using Umbra.Commands;

return await UmbraCommand.RunAsync(args, CommandEnvironment.Current());
